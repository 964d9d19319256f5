/*
 * The events of one camera: half transcripts, a quarter of those interim; three in ten describe a scene, one in ten a sound, one in ten is
 * an alert. On average 407 bytes of JSON. Transcripts are plain text; the others have escapes and characters beyond ASCII.
 *
 * What one stream says on one channel follows in time, as it does from the service. A round of the pool takes 10^7 milliseconds, so that
 * its next round differs in the first six digits of each time only, and is as good as new for a client that looks for repetitions.
 */
#include "pool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUND_MS = 10000000, FIRST_ROUND = 170000, PREFIX = 6, LONGEST = 2048 };

static uint64_t words_state, cuts_state; /* apart: fragmented or not, the events are the same */

/* xorshift64*: the same on every machine. */
static uint32_t draw(uint64_t *state, uint32_t below) {
  *state ^= *state >> 12;
  *state ^= *state << 25;
  *state ^= *state >> 27;
  return (uint32_t)(*state * 0x2545F4914F6CDD1Dull >> 32) % below;
}

static uint32_t chance(uint32_t below) { return draw(&words_state, below); }

static uint32_t cut_chance(uint32_t below) { return draw(&cuts_state, below); }

static const char *const words[] = {
    "a",     "the",   "man",      "woman",  "with",    "in",       "red",   "coat",     "carries", "box",   "past",   "loading",
    "dock",  "truck", "reverses", "slowly", "two",     "forklift", "waits", "beside",   "open",    "gate",  "while",  "rain",
    "falls", "on",    "yard",     "nobody", "at",      "front",    "door",  "package",  "left",    "under", "bench",  "lights",
    "go",    "out",   "we",       "need",   "to",      "check",    "third", "delivery", "before",  "noon",  "please", "call",
    "back",  "when",  "driver",   "signs",  "invoice", "and",      "then",  "parking",  "space",   "is",    "free",   "again",
};

/* Of languages that have no Latin letters. */
static const char *const others[] = {
    "\xe4\xba\xac\xe9\x83\xbd",
    "\xe3\x81\xae\xe4\xbf\xa1\xe5\x8f\xb7",
    "\xe8\xbb\x8a\xe3\x81\x8c\xe6\xad\xa2\xe3\x81\xbe\xe3\x82\x8b",
    "\xd0\xb3\xd1\x80\xd1\x83\xd0\xb7\xd0\xbe\xd0\xb2\xd0\xb8\xd0\xba",
    "\xd1\x81\xd1\x82\xd0\xbe\xd0\xb8\xd1\x82",
    "\xd1\x83",
    "\xe0\xa4\x96\xe0\xa5\x81\xe0\xa4\xb2\xe0\xa4\xbe",
    "\xe0\xa4\xb9\xe0\xa5\x88",
    "\xd8\xb4\xd8\xa7\xd8\xad\xd9\x86\xd8\xa9",
    "\xce\xb1\xcf\x85\xce\xbb\xce\xae",
    "\xec\x84\x9c\xec\x9a\xb8",
    "\xf0\x9f\x9a\x9a",
};

/* A piece of a JSON text as it stands there, and the length of what it means. */
static const struct piece {
  const char *json;
  uint32_t bytes, characters, utf16;
} pieces[] = {
    {"\\\"Exit 4\\\"", 8, 8, 8},   {"gar\\u00e7on", 7, 6, 6},   {"na\\u00efve caf\\u00e9", 12, 10, 10},
    {"Z\xc3\xbcrich", 7, 6, 6},    {"\xe2\x80\x93", 3, 1, 1},   {"\xe4\xba\xac\xe9\x83\xbd", 6, 2, 2},
    {"\xf0\x9f\x9a\x9a", 4, 1, 2}, {"\\ud83d\\udce6", 4, 1, 2}, {"sign:\\nNo entry", 14, 14, 14},
    {"24\\/7", 4, 4, 4},
};

enum channel { TRANSCRIPT, SCENE, AUDIO, ALERT, CHANNELS };
static const char *const names[CHANNELS] = {"transcript", "scene_index", "audio_index", "alert"};

/* An event that is being written. */
struct draft {
  char json[LONGEST];
  size_t length;
  size_t text_from, text_to;
  size_t times[2];
  uint64_t at_ms[2];
  struct totals sum;
  const struct forms *forms;
};

static uint32_t characters(const char *text) {
  uint32_t count = 0;
  for (; *text; text++)
    count += (*text & 0xC0) != 0x80;
  return count;
}

static void put(struct draft *d, const char *text) {
  size_t length = strlen(text);
  memcpy(d->json + d->length, text, length);
  d->length += length;
}

static void put_text(struct draft *d, uint32_t length, bool plain) {
  d->text_from = d->length;
  while (d->sum.characters < length) {
    struct piece p = {words[chance(sizeof words / sizeof *words)], 0, 0, 0};
    if (d->forms->unlike) {
      p.json = others[chance(sizeof others / sizeof *others)];
      p.bytes = (uint32_t)strlen(p.json);
      p.characters = characters(p.json);
      p.utf16 = p.characters + ((unsigned char)*p.json >= 0xF0);
    } else if (!plain && chance(11) == 0)
      p = pieces[chance(sizeof pieces / sizeof *pieces)];
    else
      p.bytes = p.characters = p.utf16 = (uint32_t)strlen(p.json);
    uint32_t space = d->sum.characters > 0;
    put(d, space ? " " : "");
    put(d, p.json);
    d->sum.bytes += p.bytes + space;
    d->sum.characters += p.characters + space;
    d->sum.utf16 += p.utf16 + space;
  }
  d->text_to = d->length;
}

static void put_time(struct draft *d, int which, const char *key, uint64_t ms) {
  put(d, key);
  d->times[which] = d->length;
  d->at_ms[which] = ms;
  char digits[32];
  unsigned long long all = (unsigned long long)FIRST_ROUND * ROUND_MS + ms;
  if (d->forms->seconds)
    snprintf(digits, sizeof digits, "%010llu.%03llu%04u", all / 1000, all % 1000, chance(10000));
  else
    snprintf(digits, sizeof digits, "%013llu", all);
  put(d, digits);
}

/* A member that no other event has. */
static void put_member(struct draft *d) {
  static const char *const values[] = {"12", "-0.5e3", "true", "null", "\"a text\"", "[1,{\"a\":[]}]"};
  char member[64];
  snprintf(member, sizeof member, "\"m%08x\":%s,", chance(UINT32_MAX), values[chance(sizeof values / sizeof *values)]);
  put(d, member);
}

/* `index` of `count` on its channel: the times of a round are spread evenly over it. */
static void write_event(struct draft *d, enum channel channel, uint32_t index, uint32_t count, bool interim) {
  char members[96];
  put(d, "{");
  if (d->forms->numbered) {
    snprintf(members, sizeof members, "\"id\":%u,", chance(UINT32_MAX));
    put(d, members);
  }
  put(d, "\"channel\":\"");
  put(d, names[channel]);
  put(d, "\",\"rtstream_id\":\"" STREAM_ID "\",\"rtstream_name\":\"yard: north camera\",\"data\":{");
  if (channel == ALERT) {
    snprintf(members, sizeof members, "\"label\":\"gate_open\",\"triggered\":%s,\"confidence\":0.%02u,",
             chance(3) ? "true" : "false", 50 + chance(50));
    put(d, members);
  }
  if (d->forms->unlike)
    put_member(d);
  put(d, "\"text\":\"");
  static const uint32_t shortest[CHANNELS] = {85, 230, 150, 100}, spread[CHANNELS] = {80, 200, 130, 80};
  /* Of as many bytes, about. */
  put_text(d, (shortest[channel] + chance(spread[channel])) / (d->forms->unlike ? 2 : 1), channel == TRANSCRIPT);
  put(d, "\"");
  if (channel == TRANSCRIPT)
    put(d, interim ? ",\"is_final\":false" : ",\"is_final\":true");
  if (channel == ALERT) {
    snprintf(members, sizeof members, ",\"player_url\":\"https://play.example.com/watch?v=%08x%08x\"", chance(UINT32_MAX),
             chance(UINT32_MAX));
    put(d, members);
  }
  uint64_t step = ROUND_MS / count, start = index * step, length = step / 4 + chance((uint32_t)(step / 2));
  put_time(d, 0, ",\"start\":", start);
  put_time(d, 1, ",\"end\":", start + length);
  put(d, "}}");
  d->sum.events = 1;
  d->sum.payload = d->length;
}

size_t frame_header(char *out, int first, uint64_t length) {
  out[0] = (char)first;
  if (length < 126) {
    out[1] = (char)length;
    return 2;
  }
  out[1] = 126;
  out[2] = (char)(length >> 8);
  out[3] = (char)length;
  return 4;
}

static size_t put_frame(char *out, int first, const char *payload, size_t length) {
  size_t header = frame_header(out, first, length);
  memcpy(out + header, payload, length);
  return header + length;
}

/* Appends the frames of an event, and notes where its times have come to stand. Cuts are anywhere in the text, also within a character. */
static size_t append(struct pool *pool, size_t at, const struct draft *d, bool cut) {
  size_t cuts[4] = {0, d->length, d->length, d->length};
  if (cut) {
    size_t span = d->text_to - d->text_from;
    cuts[1] = d->text_from + 1 + cut_chance((uint32_t)(span / 2));
    if (cut_chance(2))
      cuts[2] = cuts[1] + 1 + cut_chance((uint32_t)(d->text_to - cuts[1] - 1));
  }
  size_t last_payload = at;
  for (int i = 0; i < 3 && cuts[i] < d->length; i++) {
    bool is_last = cuts[i + 1] == d->length;
    size_t length = cuts[i + 1] - cuts[i];
    size_t size = put_frame(pool->bytes + at, (is_last ? 0x80 : 0) | (i == 0 ? 1 : 0), d->json + cuts[i], length);
    at += size;
    last_payload = at - d->length; /* as if the whole text stood before this end */
  }
  for (int i = 0; i < 2; i++)
    pool->patches[pool->patch_count++] = (struct patch){last_payload + d->times[i], d->at_ms[i] >= ROUND_MS};
  return at;
}

void pool_make(struct pool *pool, uint32_t count, struct forms forms) {
  /* In each ten: 5 transcripts, 3 scenes, a sound and an alert. */
  static const enum channel order[10] = {TRANSCRIPT, SCENE,      TRANSCRIPT, AUDIO,      TRANSCRIPT,
                                         SCENE,      TRANSCRIPT, SCENE,      TRANSCRIPT, ALERT};
  static const uint32_t share[CHANNELS] = {5, 3, 1, 1};
  uint32_t seen[CHANNELS] = {0};
  size_t at = 0;
  struct totals sum = {0};
  words_state = cuts_state = 0x9E3779B97F4A7C15ull;
  *pool = (struct pool){.bytes = malloc((size_t)count * LONGEST),
                        .ends = calloc(count, sizeof *pool->ends),
                        .count = count,
                        .sums = calloc(count, sizeof *pool->sums),
                        .patches = calloc((size_t)count * 2, sizeof *pool->patches)};
  for (uint32_t i = 0; i < count; i++) {
    struct draft d = {.forms = &forms};
    enum channel channel = order[i % 10];
    write_event(&d, channel, seen[channel], count / 10 * share[channel], channel == TRANSCRIPT && seen[channel] % 4 == 0);
    seen[channel]++;
    at = append(pool, at, &d, forms.fragmented && cut_chance(10) == 0);
    pool->ends[i] = at;
    sum.events += 1;
    sum.bytes += d.sum.bytes;
    sum.characters += d.sum.characters;
    sum.utf16 += d.sum.utf16;
    sum.payload += d.sum.payload;
    pool->sums[i] = sum;
  }
}

void pool_set_round(struct pool *pool, uint32_t round) {
  char prefix[2][PREFIX + 1];
  for (uint32_t ahead = 0; ahead < 2; ahead++)
    snprintf(prefix[ahead], sizeof prefix[ahead], "%06u", (FIRST_ROUND + round + ahead) % 1000000);
  for (size_t i = 0; i < pool->patch_count; i++)
    memcpy(pool->bytes + pool->patches[i].offset, prefix[pool->patches[i].ahead], PREFIX);
}

struct totals pool_totals(const struct pool *pool, uint64_t events) {
  struct totals all = pool->sums[pool->count - 1], rest = {0};
  uint64_t rounds = events / pool->count;
  if (events % pool->count)
    rest = pool->sums[events % pool->count - 1];
  return (struct totals){events, all.bytes * rounds + rest.bytes, all.characters * rounds + rest.characters,
                         all.utf16 * rounds + rest.utf16, all.payload * rounds + rest.payload};
}

const char *pool_json(const struct pool *pool, uint32_t event, size_t *length) {
  size_t from = event ? pool->ends[event - 1] : 0;
  size_t header = (unsigned char)pool->bytes[from + 1] < 126 ? 2 : 4;
  *length = pool->ends[event] - from - header;
  return pool->bytes + from + header;
}
