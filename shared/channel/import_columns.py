"""The columns a list of partners may have, in every wording that head offices give them."""

from typing import Final

from shared.core.importing import Field

PARTNER_FIELDS: Final = (
    Field(
        name="name",
        label="客户名称 (name)",
        aliases=(
            "客户名称", "渠道商名称", "经销商名称", "公司名称", "企业名称", "单位名称",
            "往来单位名称", "客户全称", "名称", "客户", "经销商", "公司", "name_zh", "name",
            "customer name", "partner name", "company", "dealer name",
        ),
        is_required=True,
    ),
    Field(
        name="code",
        label="渠道客户编码 (account code)",
        aliases=(
            "渠道客户编码", "客户编码", "客户编号", "客户代码", "经销商编码", "经销商代码",
            "经销商编号", "渠道商编码", "往来单位编码", "编码", "编号", "代码", "code",
            "customer code", "account", "account code", "dealer code",
        ),
    ),
    Field(
        name="partner",
        label="主客户编码 (partner code)",
        aliases=("主客户编码", "主客户", "法人编码", "partner", "partner code"),
    ),
    Field(
        name="tax_id",
        label="税号 (tax id)",
        aliases=(
            "统一社会信用代码", "社会信用代码", "纳税人识别号", "税号", "纳税识别号", "信用代码",
            "tax id", "tax no", "tax number", "vat number", "uscc",
        ),
    ),
    Field(
        name="phone",
        label="电话 (phone)",
        aliases=(
            "手机", "手机号", "手机号码", "联系电话", "电话", "联系人电话", "电话号码",
            "联系方式", "phone", "mobile", "telephone", "tel",
        ),
    ),
    Field(
        name="sales_org",
        label="销售组织 (sales organisation)",
        aliases=("销售组织", "销售组织编码", "业务线", "sales org", "sales organisation"),
    ),
    Field(
        name="level",
        label="级别 (level)",
        aliases=("渠道级别", "客户级别", "经销商级别", "级别", "等级", "客户等级", "level"),
    ),
    Field(
        name="region",
        label="区域 (region)",
        aliases=("所属区域", "所在区域", "区域", "大区", "办事处", "片区", "region", "area"),
    ),
    Field(
        name="upstream",
        label="上级 (upstream)",
        aliases=(
            "上级渠道", "上级客户", "上级经销商", "上级", "供货方", "供货商", "upstream",
            "supplier",
        ),
    ),
    Field(
        name="category",
        label="客户类别 (customer category)",
        aliases=("客户类别", "客户分类", "类别", "customer category", "category"),
    ),
    Field(
        name="kind",
        label="主体类型 (kind)",
        aliases=("主体类型", "客户类型", "单位类型", "kind", "type"),
    ),
    Field(
        name="credit_limit",
        label="信用额度 (credit limit)",
        aliases=("信用额度", "授信额度", "赊销额度", "额度", "credit limit"),
    ),
    Field(
        name="terms_days",
        label="账期 (terms, days)",
        aliases=("账期", "账期天数", "信用天数", "付款天数", "付款条件", "terms", "terms days"),
    ),
)  # fmt: skip

KINDS: Final = {
    **dict.fromkeys(("dealer", "经销商", "代理商", "批发商", "分销商"), "dealer"),
    **dict.fromkeys(("franchisee", "加盟商", "加盟店"), "franchisee"),
    **dict.fromkeys(("agent", "代理"), "agent"),
    **dict.fromkeys(("mall", "商场", "百货"), "mall"),
    **dict.fromkeys(("retailer", "零售商", "门店", "终端"), "retailer"),
}
"""Folded wording of the column 主体类型 → kind of partner."""
