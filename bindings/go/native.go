package videodb

/*
#cgo pkg-config: videodb_rt
#include "native.h"
*/
import "C"

import (
	"encoding/json"
	"strings"
	"time"
	"unsafe"
)

// Numbers of the operations in native.c, by their names.
var operations = func() map[string]C.int {
	found := map[string]C.int{}
	for n := C.int(0); C.vdbgo_operation_name(n) != nil; n++ {
		found[C.GoString(C.vdbgo_operation_name(n))] = n
	}
	return found
}()

// A text argument of C; null stands for NULL.
type text struct {
	value string
	null  bool
}

var none = text{null: true}

func given(value string) text { return text{value: value} }

// optional is NULL where it is empty.
func optional(value string) text { return text{value: value, null: value == ""} }

// Texts as C has them, until free. A text that C would see a part of becomes one that it refuses as no UTF-8.
type cTexts [C.VDBGO_MAX_TEXTS]*C.char

func cTextsOf(texts ...text) *cTexts {
	var all cTexts
	for i, t := range texts {
		switch {
		case t.null:
		case strings.IndexByte(t.value, 0) >= 0:
			all[i] = C.CString("\xff")
		default:
			all[i] = C.CString(t.value)
		}
	}
	return &all
}

func (t *cTexts) free() {
	for _, p := range t {
		C.free(unsafe.Pointer(p))
	}
}

// taken is what came out of a `char **`, which goes back.
func taken(out *C.char) string {
	defer C.vdbrt_string_free(out)
	return C.GoString(out)
}

// failed is the error of a call, whose error object goes back; nil for OK.
func failed(status C.vdbrt_status, e *C.vdbrt_error) error {
	if status == C.VDBRT_OK {
		return nil
	}
	defer C.vdbrt_error_free(e)
	result := &Error{
		Status:     Status(status),
		Message:    C.GoString(C.vdbrt_error_message(e)),
		HTTPStatus: int(C.vdbrt_error_http_status(e)),
		Retryable:  C.vdbrt_error_is_retryable(e) != 0,
		RetryAfter: -1,
	}
	if result.Message == "" {
		result.Message = Status(status).String()
	}
	if wait := C.vdbrt_error_retry_after_ms(e); wait >= 0 {
		result.RetryAfter = time.Duration(wait) * time.Millisecond
	}
	if body := C.vdbrt_error_body_json(e); body != nil {
		result.Body = json.RawMessage(C.GoString(body))
	}
	return result
}

// Version of the library that is loaded: "0.1.0".
func Version() string { return C.GoString(C.vdbrt_version_string()) }

func versionNumber() int { return int(C.vdbrt_version_number()) }

func abiVersion() int { return int(C.vdbrt_abi_version()) }

// String is the status's name in C: "VDBRT_E_TLS".
func (s Status) String() string { return C.GoString(C.vdbrt_status_name(C.vdbrt_status(s))) }
