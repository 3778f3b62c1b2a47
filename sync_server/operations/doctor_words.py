"""The doctor's sentences: what is wrong and what to do about it, in both languages."""

from typing import Final, Literal

from sync_server.operations.doctor import Trouble

Language = Literal["zh", "en"]

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "OFFICE_CLOSED": (
        "总部打不开（{code}）。先看磁盘和数据库服务；数据库损坏就恢复最近一份验证过的备份。",
        "Head office cannot be opened ({code}). Look at the disk and the database server; "
        "when the database is damaged, restore the newest proved backup.",
    ),
    "OFFICE_FULL": (
        "总部的磁盘满了，打不开。请腾出空间再启动；已确认的数据都在，不要恢复备份。",
        "The disk of head office is full, and it cannot be opened. Make room and start it again; "
        "what was confirmed is there, so restore no backup.",
    ),
    "RIGHTS_LOOSE": (
        "{name} 别人也能读。请把文件夹改为 700、密钥改为 600。",
        "Others may read {name}. Set the folder to 700 and the key to 600.",
    ),
    "DISK_LOW": (
        "磁盘只剩 {free} MiB，备份和演练需要 {wanted} MiB。请腾出空间或换大磁盘。",
        "The disk has {free} MiB left; a backup and its drill need {wanted} MiB. Make room.",
    ),
    "WAL_LARGE": (
        "预写日志已有 {size} MiB。可能有长时间的读取占着；结束它，或重启服务。",
        "The write-ahead log has {size} MiB: a long reader holds it. End that, or restart serving.",
    ),
    "DATABASE_DAMAGED": (
        "数据库文件已损坏（{what}）。请停止服务，恢复最近一份验证过的备份；各店会补回其余单据。",
        "The database file is damaged ({what}). Stop serving and restore the newest proved "
        "backup; devices give back the rest.",
    ),
    "KEY_OTHER": (
        "{name} 不是这个数据库的密钥。请从保险处取回原来的密钥，否则各设备不认总部。",
        "{name} is not this database's key. Bring back the right one, or no device believes it.",
    ),
    "VERIFY_FAILED": (
        "抽查发现不符：{what}。请运行 verify 全面核对，不要删除任何备份。",
        "A sample does not hold: {what}. Run verify for all of it, and remove no backup.",
    ),
    "RECOVERING": (
        "总部刚从备份恢复，数字尚未补齐：还有 {n} 台设备没有来补（{devices}）。请让它们联网。",
        "Restored from a backup and still recovering: {n} devices have not come yet ({devices}). "
        "Get them online.",
    ),
    "BACKUP_NEVER": (
        "从未备份。请运行 backup，并设为每天定时。",
        "There is no backup. Run backup, and have it run every day.",
    ),
    "BACKUP_OLD": (
        "最近一次备份在 {hours} 小时前。请检查定时任务。",
        "The last backup is {hours} hours old. Look at the timer that makes them.",
    ),
    "BACKUP_AHEAD": (
        "最近的备份记的是将来的时间：当时服务器时钟不对。"
        "校准时间后请运行 backup 和 restore-drill。",
        "The last backup says it was made in time to come: the clock was wrong. Set it right "
        "(NTP), then run backup and restore-drill.",
    ),
    "BACKUP_UNPROVED": (
        "备份从未试恢复过，不能算数。请运行 restore-drill。",
        "No backup was ever restored and proved, so none counts. Run restore-drill.",
    ),
    "BACKUP_PROVED_OLD": (
        "最近一份验证过的备份已有 {days} 天。请运行 restore-drill 并看它的结果。",
        "The newest proved backup is {days} days old. Run restore-drill and see what it says.",
    ),
    "CLOCK_BEHIND": (
        "服务器时钟比已收单据慢 {minutes} 分钟。请校准时间（NTP）。",
        "The clock is {minutes} minutes behind documents that were taken. Set it right (NTP).",
    ),
    "FORKED": (
        "{n} 台设备的磁盘被复制或恢复过（{devices}）。请确认每台机器只剩一份，并核对重复的单号。",
        "Disks of {n} devices were copied or restored ({devices}). See that one copy of each "
        "is left, and look at the doubled numbers.",
    ),
    "KEPT_OPEN": (
        "有 {n} 张异常单据待处理（{devices}）。请在总部的异常单据里修复或放下。",
        "{n} kept documents wait for repair ({devices}). Settle them on the desk of head office.",
    ),
    "UNSENT_LONG": (
        "{n} 台设备有单据超过一小时没有送到（{devices}）。请检查门店网络。",
        "Documents of {n} devices are unsent for more than an hour ({devices}). Look at the "
        "network there.",
    ),
    "SILENT": (
        "{n} 台设备 {days} 天没有消息（{devices}）。请确认还在使用；不用了就停用。",
        "{n} devices were not heard of for {days} days ({devices}). Revoke those out of use.",
    ),
    "SNAPSHOTS_MISSING": (
        "有 {n} 个快照文件不见了，新设备暂时逐页下载。服务会自己重做；若仍报告，请检查文件夹可写。",
        "{n} snapshot files are gone; new devices take pages. The server makes them again while it "
        "serves: if this stays, look whether its folder can be written.",
    ),
    "CERTIFICATE_ENDS": (
        "证书 {day} 到期。请现在更换，过期后设备连不上。",
        "The certificate ends on {day}. Renew it now; devices cannot connect after that.",
    ),
    "CERTIFICATE_UNREADABLE": (
        "证书文件 {name} 读不出。请检查路径和内容。",
        "The certificate {name} cannot be read. Look at the path and what is in it.",
    ),
}  # fmt: skip


def sentence(trouble: Trouble, language: Language) -> str:
    """What to tell a person about a trouble."""
    chinese, english = SENTENCES[trouble.code]
    return (chinese if language == "zh" else english).format(**trouble.params)
