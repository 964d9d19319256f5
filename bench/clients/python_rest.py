"""REST in Python, through VideoDB's own SDK or the library's package: python_rest.py sdk|ours URL CALLS. The stream as an object, not as text."""

import json
import sys
import time

STREAM_ID = "rts-0190d1b2-7c3e-7a55-9d0e-3f1c5a9be471"


def main():
    how, url, calls = sys.argv[1], sys.argv[2], int(sys.argv[3])
    if how == "sdk":
        import videodb
    else:
        import videodb_rt as videodb
    collection = videodb.connect(api_key="sk-bench", base_url=url).get_collection()
    collection.get_rtstream(STREAM_ID)
    length, cpu, wall = 0, time.process_time(), time.monotonic()
    for _ in range(calls):
        length += len(collection.get_rtstream(STREAM_ID).id)
    result = {"calls": calls, "ids": length, "cpu": time.process_time() - cpu, "wall": time.monotonic() - wall}
    print(json.dumps(result))


if __name__ == "__main__":
    main()
