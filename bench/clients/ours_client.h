/* A client of libvideodb_rt for the server of the benchmarks, in the default configuration. */
#pragma once
#include <stdio.h>
#include <stdlib.h>
#include <videodb_rt.h>

static vdbrt_error *err;

/* `why`: the error of a thread of its own. */
static inline void check_with(vdbrt_status status, vdbrt_error *why) {
  if (status == VDBRT_OK)
    return;
  fprintf(stderr, "%s\n", vdbrt_error_message(why));
  exit(1);
}

static inline void check(vdbrt_status status) { check_with(status, err); }

/* BENCH_CA: the authority of its certificate. BENCH_CONFIG: further settings, as JSON. */
static inline vdbrt_client *client_for(const char *url) {
  vdbrt_config *config;
  vdbrt_client *client;
  check(vdbrt_config_new(&config, &err));
  check(vdbrt_config_set(config, "api_key", "sk-bench", &err));
  check(vdbrt_config_set(config, "base_url", url, &err));
  if (getenv("BENCH_CA"))
    check(vdbrt_config_set(config, "tls.ca_file", getenv("BENCH_CA"), &err));
  if (getenv("BENCH_CONFIG"))
    check(vdbrt_config_set_json(config, getenv("BENCH_CONFIG"), &err));
  check(vdbrt_client_new(config, &client, &err));
  vdbrt_config_free(config);
  return client;
}
