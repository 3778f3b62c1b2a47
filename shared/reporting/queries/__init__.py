"""What head office and screens read across areas: activity, devices, deliveries, daily sums."""

from shared.reporting.queries.activity import Activity, activity_by_device, total_activity

__all__ = ["Activity", "activity_by_device", "total_activity"]
