package videodb

import (
	"context"
	"encoding/json"
)

// Event rules are reusable: an alert applies one to an index.

// EventRule says what to detect.
type EventRule struct {
	ID, Prompt, Label string
	Raw               json.RawMessage
}

// CreateEvent makes a rule, and gives its id.
func (c *Client) CreateEvent(ctx context.Context, eventPrompt, label string) (string, error) {
	answer, err := c.answer(ctx, "event_rule_create", options{"event_prompt": eventPrompt, "label": label})
	if err != nil {
		return "", err
	}
	return answer.required("event_id")
}

// ListEvents fetches all rules of the account.
func (c *Client) ListEvents(ctx context.Context) ([]EventRule, error) {
	answer, err := c.answer(ctx, "event_rule_list", nil)
	if err != nil {
		return nil, err
	}
	return each(answer, "events", func(m members) (EventRule, error) {
		return EventRule{m.text("event_id"), m.text("event_prompt"), m.text("label"), m.raw}, nil
	})
}

// Alert applies an event rule to an index.
type Alert struct {
	ID, EventID, Prompt, Label, CallbackURL string
	Status                                  string // "enabled" or "disabled"
	Raw                                     json.RawMessage
}

// AlertOptions say where an alert is told: either, both or neither.
type AlertOptions struct {
	CallbackURL  string // a webhook
	ConnectionID string // of a WebSocket
	Extra        map[string]any
}

// The alerts of an index, under operations of this name.
type alerts struct {
	client                  *Client
	operation               string
	alertStream, alertIndex string
}

// CreateAlert applies an event rule, and gives the alert's id. The service has no call that deletes an alert.
func (a alerts) CreateAlert(ctx context.Context, eventID string, options AlertOptions) (string, error) {
	o := optionsOf(options.Extra)
	o["event_id"] = eventID
	o.text("callback_url", options.CallbackURL)
	o.text("ws_connection_id", options.ConnectionID)
	answer, err := a.client.answer(ctx, a.operation+"_create", o, a.alertStream, a.alertIndex)
	if err != nil {
		return "", err
	}
	return answer.required("alert_id")
}

// ListAlerts fetches the alerts of the index.
func (a alerts) ListAlerts(ctx context.Context) ([]Alert, error) {
	answer, err := a.client.answer(ctx, a.operation+"_list", nil, a.alertStream, a.alertIndex)
	if err != nil {
		return nil, err
	}
	return each(answer, "alerts", func(m members) (Alert, error) { return alertOf(m), nil })
}

func alertOf(m members) Alert {
	return Alert{
		m.text("alert_id"), m.text("event_id"), m.text("prompt"), m.text("label"), m.text("callback_url"), m.text("status"), m.raw,
	}
}

// EnableAlert lets an alert fire again.
func (a alerts) EnableAlert(ctx context.Context, alertID string) error {
	return a.client.order(ctx, a.operation+"_enable", nil, a.alertStream, a.alertIndex, alertID)
}

// DisableAlert keeps an alert from firing.
func (a alerts) DisableAlert(ctx context.Context, alertID string) error {
	return a.client.order(ctx, a.operation+"_disable", nil, a.alertStream, a.alertIndex, alertID)
}
