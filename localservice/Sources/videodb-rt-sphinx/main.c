// Recognises English speech with CMU PocketSphinx: sound on standard input (16 kHz, mono, signed 16 bit, little endian), one line of
// JSON for each result on standard output.
//
//   {"interim":"open the","start":1.2,"end":1.9}     what the words so far are taken for; a later line replaces it
//   {"final":[{"word":"open","start":1.2,"end":1.6,"confidence":0.98},...]}
//   {"heard":4.5}                                     all words before this second have been told
//
// Times are seconds of sound since its beginning. At the end of the input the words at hand are told, and the program ends.
// `--check` says whether the recogniser and its model are there, without loading the model.
//
// The library is opened while the program runs, so that the service builds, and starts, where there is none. Its declarations here are
// those of libpocketsphinx.so.3, as Debian's package libpocketsphinx3 has it.
#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
  RATE = 16000,
  FRAMES_PER_SECOND = 100,
  CHUNK = RATE / 10,
  // How often the words so far are told, and how long somebody may speak without a pause before they are cut off.
  TELL_EVERY = RATE / 2,
  LONGEST_UTTERANCE = 15 * RATE,
  // A word that begins is noticed at most this much later.
  NOTICE = RATE / 2,
};

static const char default_model[] = "/usr/share/pocketsphinx/model/en-us";

// All functions that are used, by their names in the libraries.
static void *(*ps_args)(void);
static void *(*cmd_ln_parse_r)(void *, const void *, int32_t, char **, int32_t);
static void (*err_set_logfp)(FILE *);
static void *(*ps_init)(void *);
static int (*ps_start_utt)(void *);
static int (*ps_end_utt)(void *);
static int (*ps_process_raw)(void *, const int16_t *, size_t, int, int);
static uint8_t (*ps_get_in_speech)(void *);
static void *(*ps_seg_iter)(void *, int32_t *);
static void *(*ps_seg_next)(void *);
static const char *(*ps_seg_word)(void *);
static void (*ps_seg_frames)(void *, int *, int *);
static int32_t (*ps_seg_prob)(void *, int32_t *, int32_t *, int32_t *);
static void *(*ps_get_logmath)(void *);
static double (*logmath_exp)(void *, int);

static bool load(void) {
  const struct {
    void *function;
    const char *name;
  } wanted[] = {
      {&ps_args, "ps_args"},
      {&cmd_ln_parse_r, "cmd_ln_parse_r"},
      {&err_set_logfp, "err_set_logfp"},
      {&ps_init, "ps_init"},
      {&ps_start_utt, "ps_start_utt"},
      {&ps_end_utt, "ps_end_utt"},
      {&ps_process_raw, "ps_process_raw"},
      {&ps_get_in_speech, "ps_get_in_speech"},
      {&ps_seg_iter, "ps_seg_iter"},
      {&ps_seg_next, "ps_seg_next"},
      {&ps_seg_word, "ps_seg_word"},
      {&ps_seg_frames, "ps_seg_frames"},
      {&ps_seg_prob, "ps_seg_prob"},
      {&ps_get_logmath, "ps_get_logmath"},
      {&logmath_exp, "logmath_exp"},
  };
  void *library = dlopen("libpocketsphinx.so.3", RTLD_NOW | RTLD_GLOBAL);
  if (library == NULL) {
    fputs("libpocketsphinx.so.3 is not there (Debian: apt-get install libpocketsphinx3)\n", stderr);
    return false;
  }
  for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
    void *symbol = dlsym(library, wanted[i].name);
    if (symbol == NULL) {
      fprintf(stderr, "libpocketsphinx.so.3 has no %s\n", wanted[i].name);
      return false;
    }
    memcpy(wanted[i].function, &symbol, sizeof symbol);
  }
  return true;
}

// The three parts of a model in its folder.
struct model {
  char sounds[4096], language[4096], words[4096];
};

static bool find_model(struct model *model, const char *folder) {
  snprintf(model->sounds, sizeof model->sounds, "%s/en-us", folder);
  snprintf(model->language, sizeof model->language, "%s/en-us.lm.bin", folder);
  snprintf(model->words, sizeof model->words, "%s/cmudict-en-us.dict", folder);
  const char *parts[] = {model->sounds, model->language, model->words};
  for (int i = 0; i < 3; i++) {
    if (access(parts[i], R_OK) != 0) {
      fprintf(stderr, "%s: %s (Debian: apt-get install pocketsphinx-en-us)\n", parts[i], strerror(errno));
      return false;
    }
  }
  return true;
}

static void *start_decoder(struct model *model) {
  char *options[] = {"-hmm", model->sounds, "-lm", model->language, "-dict", model->words};
  err_set_logfp(NULL);
  void *config = cmd_ln_parse_r(NULL, ps_args(), sizeof options / sizeof *options, options, 0);
  void *decoder = config != NULL ? ps_init(config) : NULL;
  if (decoder == NULL) {
    fputs("PocketSphinx cannot load its model\n", stderr);
  }
  return decoder;
}

// A word as it is spoken: "the(2)" is a second way to say "the"; "<sil>" and "[NOISE]" are no words.
static int letters_of(const char *word) {
  return word == NULL || *word == '<' || *word == '[' || *word == '+' ? 0 : (int)strcspn(word, "(\"\\");
}

static void tell_interim(void *decoder) {
  char text[8192] = "";
  size_t length = 0;
  int first = -1, last = 0;
  int32_t score;
  for (void *segment = ps_seg_iter(decoder, &score); segment != NULL; segment = ps_seg_next(segment)) {
    const char *word = ps_seg_word(segment);
    int letters = letters_of(word), from, to;
    if (letters == 0 || length + (size_t)letters + 2 > sizeof text) {
      continue;
    }
    length += (size_t)snprintf(text + length, sizeof text - length, "%s%.*s", length > 0 ? " " : "", letters, word);
    ps_seg_frames(segment, &from, &to);
    first = first < 0 ? from : first;
    last = to + 1;
  }
  static char told[sizeof text];
  if (length > 0 && strcmp(text, told) != 0) {
    printf("{\"interim\":\"%s\",\"start\":%.2f,\"end\":%.2f}\n", text, (double)first / FRAMES_PER_SECOND,
           (double)last / FRAMES_PER_SECOND);
    fflush(stdout);
    strcpy(told, text);
  }
}

static void tell_final(void *decoder) {
  bool any = false;
  int32_t score, acoustic, language, back;
  for (void *segment = ps_seg_iter(decoder, &score); segment != NULL; segment = ps_seg_next(segment)) {
    const char *word = ps_seg_word(segment);
    int letters = letters_of(word), from, to;
    if (letters == 0) {
      continue;
    }
    ps_seg_frames(segment, &from, &to);
    double confidence = logmath_exp(ps_get_logmath(decoder), ps_seg_prob(segment, &acoustic, &language, &back));
    printf("%s{\"word\":\"%.*s\",\"start\":%.2f,\"end\":%.2f,\"confidence\":%.3f}", any ? "," : "{\"final\":[", letters, word,
           (double)from / FRAMES_PER_SECOND, (double)(to + 1) / FRAMES_PER_SECOND, confidence > 1 ? 1 : confidence);
    any = true;
  }
  if (any) {
    puts("]}");
    fflush(stdout);
  }
}

// Up to one chunk; 0 at the end of the input.
static size_t take(int16_t *samples) {
  size_t filled = 0;
  while (filled < CHUNK * sizeof *samples) {
    ssize_t count = read(STDIN_FILENO, (char *)samples + filled, CHUNK * sizeof *samples - filled);
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count <= 0) {
      break;
    }
    filled += (size_t)count;
  }
  return filled / sizeof *samples;
}

static void listen(void *decoder) {
  int16_t samples[CHUNK];
  long heard = 0, told = 0, begun = 0;
  bool speaking = false;
  ps_start_utt(decoder);
  for (size_t count; (count = take(samples)) > 0;) {
    ps_process_raw(decoder, samples, count, 0, 0);
    heard += (long)count;
    bool speech = ps_get_in_speech(decoder);
    if (speech && !speaking) {
      speaking = true;
      begun = heard;
    }
    if (speaking && (!speech || heard - begun >= LONGEST_UTTERANCE)) {
      ps_end_utt(decoder);
      tell_final(decoder);
      ps_start_utt(decoder);
      speaking = false;
    }
    if (heard - told < TELL_EVERY) {
      continue;
    }
    told = heard;
    if (speaking) {
      tell_interim(decoder);
    } else if (heard > NOTICE) {
      printf("{\"heard\":%.2f}\n", (double)(heard - NOTICE) / RATE);
      fflush(stdout);
    }
  }
  ps_end_utt(decoder);
  tell_final(decoder);
}

int main(int argc, char **argv) {
  struct model model;
  bool check = argc > 1 && strcmp(argv[1], "--check") == 0;
  if (!load() || !find_model(&model, default_model)) {
    return 1;
  }
  if (check) {
    printf("PocketSphinx with the model in %s\n", default_model);
    return 0;
  }
  void *decoder = start_decoder(&model);
  if (decoder == NULL) {
    return 1;
  }
  listen(decoder);
  return 0;
}
