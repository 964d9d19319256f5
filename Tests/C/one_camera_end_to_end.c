/* The main job against the local service, on real video: connect, index, rule, alert; scenes and alerts arrive on the channel, the
 * webhook is called, records can be read by pages, everything can be stopped, and the camera may come and go. */
#include "support.h"

#include <signal.h>
#include <time.h>

static vdbrt_client *client;
static char stream[128], index_id[128], alert[128], event_rule[128];

/* A grey room. A red box comes in, crosses, and is gone; every four seconds. */
static void make_clip(const char *path) {
  const char *argv[] = {
      "ffmpeg",
      "-nostdin",
      "-v",
      "error",
      "-f",
      "lavfi",
      "-i",
      "color=c=0x808890:s=320x240:r=15:d=4[room];color=c=0xD02020:s=60x80:r=15:d=4[box];"
      "[room][box]overlay=x='-61+(t-0.5)*190':y=90:eval=frame:enable='between(t,0.5,2.6)',noise=alls=4:allf=t:all_seed=3",
      "-c:v",
      "libx264",
      "-preset",
      "ultrafast",
      "-g",
      "15",
      "-pix_fmt",
      "yuv420p",
      path,
      NULL};
  child *ffmpeg = child_start(argv);
  if (child_stop(ffmpeg) != 0)
    skipped("ffmpeg cannot make a clip here");
}

/* GStreamer's RTSP server where it is installed (it needs the system's own Python), else NULL and the clip is the camera. */
static child *start_camera(const char *clip, char *url, size_t size) {
  const char *argv[] = {"/usr/bin/python3", support_file("rtsp_camera.py"), clip, NULL};
  if (system("/usr/bin/python3 -c 'import gi; gi.require_version(\"GstRtspServer\", \"1.0\")' >/dev/null 2>&1") != 0) {
    snprintf(url, size, "%s", clip);
    return NULL;
  }
  child *camera = child_start(argv);
  int port = 0;
  char *line = child_line(camera);
  CHECK(line && sscanf(line, "listening %d", &port) == 1);
  free(line);
  line = child_line(camera);
  CHECK(line && sscanf(line, "url %255s", url) == 1);
  free(line);
  return camera;
}

static void tell_camera(child *camera, const char *command) {
  fprintf(camera->to, "%s\n", command);
  fflush(camera->to);
  char *line = child_line(camera), want[32];
  snprintf(want, sizeof want, "ok %s", command);
  CHECK_TEXT(line, want);
  free(line);
}

static void remember(char *where, char *out, const char *member) {
  json_t *json = json_taken(out);
  snprintf(where, 128, "%s", text_at(json, member));
  json_decref(json);
}

static void set_up(const char *camera_url, const char *connection_id, const char *webhook) {
  char *out = NULL, *options = quoted("{'url':'%s','name':'front door','ws_connection_id':'%s'}", camera_url, connection_id);
  OK(vdbrt_rtstream_connect(client, NULL, options, NULL, &out, &err));
  free(options);
  remember(stream, out, "id");
  options = quoted("{'prompt':'What moves?','batch_config':{'type':'time','value':1,'frame_count':3},'ws_connection_id':'%s'}",
                   connection_id);
  OK(vdbrt_rtstream_index_visuals(client, stream, options, NULL, &out, &err));
  free(options);
  remember(index_id, out, "rtstream_index_id");
  OK(vdbrt_event_rule_create(client, "{\"event_prompt\":\"something moves\",\"label\":\"motion\"}", NULL, &out, &err));
  remember(event_rule, out, "event_id");
  options = quoted("{'event_id':'%s','ws_connection_id':'%s','callback_url':'%s'}", event_rule, connection_id, webhook);
  OK(vdbrt_alert_create(client, stream, index_id, options, NULL, &out, &err));
  free(options);
  remember(alert, out, "alert_id");
}

static json_t *got(vdbrt_status (*call)(vdbrt_client *, const char *, const char *, vdbrt_op *, char **, vdbrt_error **)) {
  char *out = NULL;
  OK(call(client, stream, index_id, NULL, &out, &err));
  return json_taken(out);
}

static void check_lists(void) {
  char *out = NULL;
  OK(vdbrt_collection_list(client, NULL, &out, &err));
  json_t *json = json_taken(out);
  char collection[128];
  snprintf(collection, sizeof collection, "%s", text_at(json, "collections.0.id"));
  json_decref(json);
  OK(vdbrt_collection_get(client, collection, NULL, &out, &err));
  vdbrt_string_free(out);
  OK(vdbrt_rtstream_get(client, stream, NULL, &out, &err));
  json = json_taken(out);
  CHECK_TEXT(text_at(json, "name"), "front door");
  CHECK_TEXT(text_at(json, "status"), "connected");
  json_decref(json);
  OK(vdbrt_rtstream_list(client, "{\"name\":\"front\",\"status\":\"connected\",\"limit\":5}", NULL, &out, &err));
  json = json_taken(out);
  CHECK_TEXT(text_at(json, "results.0.id"), stream);
  json_decref(json);
  OK(vdbrt_scene_index_list(client, stream, NULL, &out, &err));
  json = json_taken(out);
  CHECK_TEXT(text_at(json, "scene_indexes.0.rtstream_index_id"), index_id);
  json_decref(json);
  json = got(vdbrt_scene_index_get);
  CHECK_TEXT(text_at(json, "status"), "running");
  json_decref(json);
  OK(vdbrt_event_rule_list(client, NULL, &out, &err));
  json = json_taken(out);
  CHECK_TEXT(text_at(json, "events.0.label"), "motion");
  json_decref(json);
  json = got(vdbrt_alert_list);
  CHECK_TEXT(text_at(json, "alerts.0.alert_id"), alert);
  CHECK_TEXT(text_at(json, "alerts.0.status"), "enabled");
  json_decref(json);
}

/* Takes events until there were `scenes` scenes and `alerts` alerts. */
static void watch(vdbrt_events *events, int scenes, int alerts) {
  for (int64_t end = now_ms() + slow(20000); scenes > 0 || alerts > 0;) {
    vdbrt_event *e = NULL;
    if (now_ms() > end)
      failed(__FILE__, __LINE__, "%d scenes and %d alerts did not come", scenes, alerts);
    OK(vdbrt_events_next(events, slow(15000), &e, &err));
    double now = (double)time(NULL);
    size_t len = 0;
    const char *bytes = vdbrt_event_rtstream_id(e, &len);
    if (vdbrt_event_kind(e) == VDBRT_EVENT_SCENE_INDEX || vdbrt_event_kind(e) == VDBRT_EVENT_ALERT) {
      CHECK(len == strlen(stream) && !memcmp(bytes, stream, len));
      CHECK(vdbrt_event_start(e) > now - 60 && vdbrt_event_end(e) < now + 60);
      CHECK(vdbrt_event_end(e) >= vdbrt_event_start(e));
      CHECK((vdbrt_event_flags(e) & (VDBRT_EVENT_NOT_JSON | VDBRT_EVENT_RELATIVE_TIME)) == 0);
    }
    if (vdbrt_event_kind(e) == VDBRT_EVENT_SCENE_INDEX) {
      CHECK(vdbrt_event_text(e, &len) && len > 5);
      scenes--;
    } else if (vdbrt_event_kind(e) == VDBRT_EVENT_ALERT) {
      bytes = vdbrt_event_label(e, &len);
      CHECK(len == 6 && !memcmp(bytes, "motion", 6));
      CHECK(vdbrt_event_confidence(e) > 0 && vdbrt_event_confidence(e) <= 1);
      alerts--;
    } else
      CHECK(vdbrt_event_kind(e) < 100 || vdbrt_event_kind(e) == VDBRT_EVENT_CONNECTED);
    vdbrt_event_free(e);
  }
}

static void check_records(void) {
  char *out = NULL;
  OK(vdbrt_scene_index_get_scenes(client, stream, index_id, NULL, NULL, &out, &err));
  json_t *all = json_taken(out), *record;
  CHECK(json_array_size(value_at(all, "scene_index_records")) >= 2);
  size_t index;
  json_array_foreach(value_at(all, "scene_index_records"), index, record) {
    CHECK(json_number_value(value_at(record, "start")) < json_number_value(value_at(record, "end")));
    CHECK(strlen(text_at(record, "description")) > 5);
  }
  json_decref(all);
  double starts[2];
  for (int page = 1; page <= 2; page++) {
    char *options = quoted("{'page':%d,'page_size':1}", page);
    OK(vdbrt_scene_index_get_scenes(client, stream, index_id, options, NULL, &out, &err));
    free(options);
    json_t *one = json_taken(out);
    CHECK_INT(json_array_size(value_at(one, "scene_index_records")), 1);
    starts[page - 1] = json_number_value(value_at(one, "scene_index_records.0.start"));
    CHECK(json_is_true(value_at(one, "next_page")) || page == 2);
    json_decref(one);
  }
  CHECK(starts[0] != starts[1]);
}

int main(void) {
  char url[64], camera_url[256], clip[128], webhook[64];
  child *service = service_start(url);
  snprintf(clip, sizeof clip, "%s/clip.mp4", temp_folder());
  make_clip(clip);
  child *camera = start_camera(clip, camera_url, sizeof camera_url);
  server *receiver = server_start();
  server_on(receiver, "POST /hook", "[{'status':503,'text':'not yet'},{'status':200,'json':{}}]");
  snprintf(webhook, sizeof webhook, "http://127.0.0.1:%d/hook", server_port(receiver));

  vdbrt_config *config = config_for(NULL, NULL);
  OK(vdbrt_config_set(config, "base_url", url, &err));
  OK(vdbrt_client_new(config, &client, &err));
  vdbrt_events *events = channel_open(client);
  char *connection_id = NULL, *out = NULL;
  OK(vdbrt_events_connection_id(events, &connection_id, &err));
  set_up(camera_url, connection_id, webhook);
  vdbrt_string_free(connection_id);
  check_lists();
  watch(events, 2, 1);
  check_records();

  /* The webhook, which is tried again when it fails. */
  server_wait(receiver, "requests", 2);
  json_t *requests = server_requests(receiver);
  CHECK_TEXT(text_at(json_array_get(requests, 0), "json.label"), "motion");
  CHECK_TEXT(text_at(json_array_get(requests, 1), "json.event_id"), text_at(json_array_get(requests, 0), "json.event_id"));
  CHECK(header_of(json_array_get(requests, 0), "x-access-token") == NULL);
  json_decref(requests);

  if (camera) {
    tell_camera(camera, "down");
    tell_camera(camera, "up");
    watch(events, 3, 0);
  }

  OK(vdbrt_alert_disable(client, stream, index_id, alert, NULL, &err));
  json_t *json = got(vdbrt_alert_list);
  CHECK_TEXT(text_at(json, "alerts.0.status"), "disabled");
  json_decref(json);
  OK(vdbrt_alert_enable(client, stream, index_id, alert, NULL, &err));
  OK(vdbrt_scene_index_stop(client, stream, index_id, NULL, &err));
  json = got(vdbrt_scene_index_get);
  CHECK_TEXT(text_at(json, "status"), "stopped");
  json_decref(json);
  OK(vdbrt_scene_index_start(client, stream, index_id, NULL, &err));
  OK(vdbrt_rtstream_stop(client, stream, NULL, &err));
  OK(vdbrt_rtstream_get(client, stream, NULL, &out, &err));
  json = json_taken(out);
  CHECK_TEXT(text_at(json, "status"), "stopped");
  json_decref(json);
  OK(vdbrt_rtstream_start(client, stream, NULL, &err));
  OK(vdbrt_rtstream_get(client, stream, NULL, &out, &err));
  json = json_taken(out);
  CHECK_TEXT(text_at(json, "status"), "connected");
  json_decref(json);
  OK(vdbrt_rtstream_stop(client, stream, NULL, &err));

  /* What the service refuses. */
  FAILS(VDBRT_E_NOT_FOUND, vdbrt_rtstream_get(client, "rts-none", NULL, &out, &err));
  OK(vdbrt_config_set(config, "api_key", "sk-wrong", &err));
  vdbrt_client *stranger = client_of(config);
  FAILS(VDBRT_E_AUTH, vdbrt_collection_list(stranger, NULL, &out, &err));
  client_end(stranger);

  /* It goes: the channel says so, and the service is gone within two seconds with its ffmpeg. */
  int64_t start = now_ms();
  kill(service->pid, SIGTERM);
  vdbrt_event *e = NULL;
  do {
    OK(vdbrt_events_next(events, slow(5000), &e, &err));
    if (vdbrt_event_kind(e) == VDBRT_EVENT_DISCONNECTED)
      break;
    vdbrt_event_free(e);
  } while (true);
  vdbrt_event_free(e);
  service->end_signal = 0;
  CHECK_INT(child_stop(service), 0);
  CHECK(now_ms() - start < slow(2500));
  FAILS(VDBRT_E_CONNECT, vdbrt_collection_list(client, NULL, &out, &err));
  vdbrt_events_release(events);
  client_end(client);
  return passed_with(camera ? "over RTSP" : "from a file");
}
