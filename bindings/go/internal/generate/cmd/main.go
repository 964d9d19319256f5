// Command cmd writes constants.go and operations.h of the folder that it is run in, from the header that is its argument.
package main

import (
	"log"
	"os"

	"libvideodb_rt/bindings/go/internal/generate"
)

func main() {
	log.SetFlags(0)
	header, err := os.ReadFile(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	for name, write := range map[string]func(string) (string, error){
		"constants.go": generate.Constants, "operations.h": generate.Operations,
	} {
		text, err := write(string(header))
		if err == nil {
			err = os.WriteFile(name, []byte(text), 0o644)
		}
		if err != nil {
			log.Fatalf("%s: %v", name, err)
		}
	}
}
