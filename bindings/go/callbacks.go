package videodb

/*
#include "native.h"
*/
import "C"

import "sync"

// What C knows of a client's functions is a number: it keeps no pointer into Go, and a late call finds nothing.
type callbacks struct {
	log     func(level LogLevel, topic, message string)
	refused func()
}

var registry = struct {
	sync.RWMutex
	last uintptr
	all  map[uintptr]*callbacks
}{all: map[uintptr]*callbacks{}}

func register(c *callbacks) uintptr {
	registry.Lock()
	defer registry.Unlock()
	registry.last++
	registry.all[registry.last] = c
	return registry.last
}

func unregister(token uintptr) {
	registry.Lock()
	defer registry.Unlock()
	delete(registry.all, token)
}

func registered(token C.uintptr_t) *callbacks {
	registry.RLock()
	defer registry.RUnlock()
	return registry.all[uintptr(token)]
}

//export vdbgoLog
func vdbgoLog(token C.uintptr_t, level C.int32_t, topic, message *C.char) {
	if c := registered(token); c != nil {
		c.log(LogLevel(level), C.GoString(topic), C.GoString(message))
	}
}

//export vdbgoRefused
func vdbgoRefused(token C.uintptr_t) {
	if c := registered(token); c != nil {
		c.refused()
	}
}
