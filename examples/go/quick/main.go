// Command quick is the quick example of VideoDB's documentation: it watches a stream for a detection rule, and tells a backend.
//
//	quick STREAM WEBHOOK
//
// The key is in VIDEO_DB_API_KEY, the service's address in VIDEO_DB_API.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	videodb "libvideodb_rt/bindings/go"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: quick STREAM WEBHOOK")
	}
	if err := run(context.Background(), os.Args[1], os.Args[2]); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, id, webhook string) error {
	conn, err := videodb.Connect(videodb.Config{})
	if err != nil {
		return err
	}
	defer conn.Close()
	rtstream, err := conn.DefaultCollection().GetRTStream(ctx, id)
	if err != nil {
		return err
	}

	// Index visuals with a prompt
	sceneIndex, err := rtstream.IndexVisuals(ctx, videodb.IndexOptions{
		Prompt:      "Describe activity and detect unusual behavior",
		BatchConfig: &videodb.BatchConfig{Type: "time", Value: 5, FrameCount: 2},
	})
	if err != nil {
		return err
	}

	// Create a reusable event
	eventID, err := conn.CreateEvent(ctx, "Detect when someone enters restricted area", "intrusion_detected")
	if err != nil {
		return err
	}

	// Set up alert
	alertID, err := sceneIndex.CreateAlert(ctx, eventID, videodb.AlertOptions{CallbackURL: webhook})
	if err != nil {
		return err
	}
	fmt.Printf("index %s, alert %s\n", sceneIndex.ID, alertID)
	return nil
}
