"""Event rules, and alerts on scene indexes and on indexes over understandings, which differ in their path only."""

from step import Step

HOOK = "https://hooks.example/a?k=1&l=2"


def create(name, callback_url, ws_connection_id=None):
    """On both kinds of index. What is None is left out on our side and passed on the SDK's, which asks for callback_url."""
    options = {"event_id": "ev-1", "callback_url": callback_url, "ws_connection_id": ws_connection_id}
    given = {key: value for key, value in options.items() if value is not None}
    return [
        Step(
            name,
            "alert_create",
            {"rtstream_id": "rts-1", "index_id": "ix-1"} | given,
            sdk=lambda p: p.scene_index.create_alert(**options),
        ),
        Step(
            f"{name}, index",
            "index_alert_create",
            {"rtstream_id": "rts-1", "index_id": "idx-1"} | given,
            sdk=lambda p: p.index.create_alert(**options),
        ),
    ]


SCENE = {"rtstream_id": "rts-1", "index_id": "ix-1"}
INDEX = {"rtstream_id": "rts-1", "index_id": "idx-1"}
ALERT = {"alert_id": "al-1"}

STEPS = [
    Step(
        "event rule",
        "event_rule_create",
        {"event_prompt": "Detect when someone enters", "label": "entered"},
        sdk=lambda p: p.connection.create_event("Detect when someone enters", "entered"),
    ),
    Step("event rules", "event_rule_list", sdk=lambda p: p.connection.list_events()),
    *create("alert by webhook", HOOK),
    *create("alert by event channel", None, "ws-1"),
    *create("alert by both", HOOK, "ws-1"),
    *create("alert by neither", None),
    *create("alert, empty texts", "", ""),
    Step("alerts", "alert_list", SCENE, sdk=lambda p: p.scene_index.list_alerts()),
    Step("alerts, index", "index_alert_list", INDEX, sdk=lambda p: p.index.list_alerts()),
    Step("enable an alert", "alert_enable", SCENE | ALERT, sdk=lambda p: p.scene_index.enable_alert("al-1")),
    Step("enable an alert, index", "index_alert_enable", INDEX | ALERT, sdk=lambda p: p.index.enable_alert("al-1")),
    Step("disable an alert", "alert_disable", SCENE | ALERT, sdk=lambda p: p.scene_index.disable_alert("al-1")),
    Step("disable an alert, index", "index_alert_disable", INDEX | ALERT, sdk=lambda p: p.index.disable_alert("al-1")),
]
