/* The camera whose events are sent, and that REST is asked for. */
#pragma once
#define STREAM_ID "rts-0190d1b2-7c3e-7a55-9d0e-3f1c5a9be471"
