"""Where pages find one another: in the service, and as files beside each other."""

from maps.page import PageLinks

ROUTES = PageLinks(
    start="/",
    daily="/maps/daily",
    displacement="/maps/displacement",
    trend="/maps/trend",
    quality="/maps/quality",
    daily_on="/maps/daily?date={date}",
    runs="/v1/runs",
    cells="/v1/cells",
    comparisons="/v1/displacement",
    alerts="/alerts",
    efforts="/efforts",
    trends="/v1/trends",
    quality_figures="/v1/quality",
    power="/v1/watch",
    per_viewer=True,
    releases="/maps/release",
    release_data="/v1/releases",
    audit="/audit",
    account="/account",
    plans="/plans",
    reports="/reports",
    day_cells="/v1/daily-cells?date={date}",
    desk="/desk",
    explore="/explore",
    scorecard="/maps/scorecard",
)
FILES = PageLinks(
    start="index.html",
    daily="daily.html",
    displacement="displacement.html",
    trend="trend.html",
    quality="quality.html",
    scorecard="scorecard.html",
    cells="cells.geojson",
    comparisons="displacement.json",
    trends="trends.json",
    quality_figures="quality.json",
)
