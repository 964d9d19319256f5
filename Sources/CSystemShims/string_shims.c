#include "CSystemShims.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#include <stdatomic.h>
#endif

/* Loads are of bytes before `limit` alone, and stores behind `out` never reach farther from it than the loads do from the string's
 * beginning: decoding makes nothing longer. What is copied too far is written over, or is not counted. */
struct cursor {
  const uint8_t *at, *limit;
  uint8_t *out; /* NULL: the string is looked through, and not decoded */
  size_t length;
};

VDBSHIM_INLINE void skip(struct cursor *c, size_t count) {
  c->at += count;
  c->length += count;
}

VDBSHIM_INLINE void put(struct cursor *c, uint32_t byte) {
  if (c->out)
    c->out[c->length] = (uint8_t)byte;
  c->length++;
}

/* What is not usual of `\u` and four digits: one that stands for ASCII, or two that are a pair of surrogates. One of these that stands
 * alone becomes U+FFFD. */
static __attribute__((noinline)) bool unusual(struct cursor *c) {
  int32_t number, second;
  if (c->limit - c->at < 6 || (number = vdbshim_hex4(c->at + 2)) < 0)
    return false;
  c->at += 6;
  if (number < 0x80) {
    put(c, (uint32_t)number);
  } else if ((number & 0xFC00) == 0xD800 && c->limit - c->at >= 6 && c->at[0] == '\\' && c->at[1] == 'u' &&
             (second = vdbshim_hex4(c->at + 2)) >= 0 && (second & 0xFC00) == 0xDC00) {
    uint32_t scalar = 0x10000 + ((uint32_t)(number & 0x3FF) << 10 | (uint32_t)(second & 0x3FF));
    c->at += 6;
    put(c, 0xF0 | scalar >> 18);
    put(c, 0x80 | (scalar >> 12 & 0x3F));
    put(c, 0x80 | (scalar >> 6 & 0x3F));
    put(c, 0x80 | (scalar & 0x3F));
  } else {
    put(c, 0xEF);
    put(c, 0xBF);
    put(c, 0xBD);
  }
  return true;
}

/* A backslash and what it escapes. false: nothing that JSON knows. */
VDBSHIM_INLINE bool escape(struct cursor *c) {
  static const uint8_t meaning[256] = {
      ['"'] = '"', ['\\'] = '\\', ['/'] = '/', ['b'] = '\b', ['f'] = '\f', ['n'] = '\n', ['r'] = '\r', ['t'] = '\t'};
  if (c->limit - c->at < 2)
    return false;
  uint8_t letter = c->at[1];
  if (letter == 'u') {
    int32_t number = c->limit - c->at < 6 ? -1 : vdbshim_hex4(c->at + 2);
    if (number >= 0x80 && (number & ~0x7FF) != 0xD800) {
      /* Two or three bytes, in the place of six. */
      uint32_t scalar = (uint32_t)number, isLong = scalar >= 0x800, last = 0x80 | (scalar & 0x3F);
      if (c->out) {
        uint8_t *to = c->out + c->length;
        to[0] = (uint8_t)(isLong ? 0xE0 | scalar >> 12 : 0xC0 | scalar >> 6);
        to[1] = (uint8_t)(isLong ? 0x80 | (scalar >> 6 & 0x3F) : last);
        to[2] = (uint8_t)last;
      }
      c->length += 2 + isLong;
      c->at += 6;
      return true;
    }
    /* A copy, so that the cursor itself can stay in registers. */
    struct cursor moved = *c;
    bool isGood = unusual(&moved);
    *c = moved;
    return isGood;
  }
  put(c, meaning[letter]);
  c->at += 2;
  return meaning[letter] != 0;
}

/* Goes on, copying, to the next byte that is a quote, a backslash or a control character, or to the end. false: there is something that
 * is no UTF-8 before. */
VDBSHIM_INLINE bool pass(struct cursor *c) {
  while (c->at < c->limit) {
    size_t left = (size_t)(c->limit - c->at);
    if (left >= 32) {
      int plain = c->out ? vdbshim_copyPlain32(c->at, c->out + c->length) : vdbshim_plain32(c->at);
      skip(c, (size_t)plain);
      /* Where the stretch goes on, the next load waits for no count. */
      if (plain == 32)
        continue;
      left -= (size_t)plain;
    }
    uint8_t byte = *c->at;
    if (byte >= 0x80) {
      uint8_t bytes[4] = {0};
      memcpy(bytes, c->at, left < 4 ? left : 4);
      int length =
          vdbshim_utf8((uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24);
      if (length == 0)
        return false;
      if (c->out)
        memcpy(c->out + c->length, bytes, left < 4 ? left : 4);
      skip(c, (size_t)length);
    } else if (byte == '"' || byte == '\\' || byte < 0x20) {
      return true;
    } else {
      put(c, byte);
      c->at++;
    }
  }
  return true;
}

/* The two are one function with two ways to pass what is plain. */
#define VDBSHIM_STRING(name, target, pass)                                                                                     \
  target struct vdbshim_content name(const void *from, const void *limit, uint8_t *out) {                                      \
    struct cursor c = {(const uint8_t *)from, (const uint8_t *)limit, out, 0};                                                 \
    for (;;) {                                                                                                                 \
      if (!pass(&c))                                                                                                           \
        return (struct vdbshim_content){c.at, VDBSHIM_NO_UTF8};                                                                \
      if (c.at == c.limit || *c.at == '"')                                                                                     \
        return (struct vdbshim_content){c.at, (ptrdiff_t)c.length};                                                            \
      if (*c.at != '\\' || !escape(&c))                                                                                        \
        return (struct vdbshim_content){c.at, VDBSHIM_NO_STRING};                                                              \
    }                                                                                                                          \
  }

VDBSHIM_STRING(vdbshim_stringNarrow, , pass)

#if defined(__x86_64__)
#define VDBSHIM_AVX2 __attribute__((target("avx2,bmi")))

/* Each byte with the one before it, or two or three before; `before` is the block before this one. */
#define VDBSHIM_SHIFTED(block, before, by) _mm256_alignr_epi8(block, _mm256_permute2x128_si256(before, block, 0x21), 16 - (by))

/* Which bytes show that a text is no UTF-8, as the highest bits or others of each byte. A pair of bytes is looked up by its three half
 * bytes that matter, each of which says which mistakes it could be part of; what all three agree on is one ("Validating UTF-8 In Less Than
 * One Instruction Per Byte", Keiser and Lemire, 2021). That a byte continues a sequence of three or four is said by those before the pair. */
VDBSHIM_AVX2 VDBSHIM_INLINE __m256i mistakes(__m256i block, __m256i before) {
  enum {
    SHORT = 1,                /* a lead without what continues it */
    STRAY = 2,                /* a continuation behind ASCII */
    OVERLONG3 = 4,            /* E0 80 to E0 9F */
    BEYOND = 8,               /* F4 90 and more */
    SURROGATE = 16,           /* ED A0 to ED BF */
    OVERLONG2 = 32,           /* C0, C1 */
    OVERLONG4 = 64,           /* F0 80 to F0 8F; F5 80 and more */
    TWO = 128,                /* two continuations, which may be right */
    ANY = SHORT | STRAY | TWO /* whatever the lower half of the first byte */
  };
#define VDBSHIM_TABLE(...) _mm256_broadcastsi128_si256(_mm_setr_epi8(__VA_ARGS__))
  const __m256i firstHigh =
      VDBSHIM_TABLE(STRAY, STRAY, STRAY, STRAY, STRAY, STRAY, STRAY, STRAY, (char)TWO, (char)TWO, (char)TWO, (char)TWO,
                    SHORT | OVERLONG2, SHORT, SHORT | OVERLONG3 | SURROGATE, SHORT | BEYOND | OVERLONG4);
  const __m256i firstLow = VDBSHIM_TABLE(
      (char)(ANY | OVERLONG2 | OVERLONG3 | OVERLONG4), (char)(ANY | OVERLONG2), (char)ANY, (char)ANY, (char)(ANY | BEYOND),
      (char)(ANY | BEYOND | OVERLONG4), (char)(ANY | BEYOND | OVERLONG4), (char)(ANY | BEYOND | OVERLONG4),
      (char)(ANY | BEYOND | OVERLONG4), (char)(ANY | BEYOND | OVERLONG4), (char)(ANY | BEYOND | OVERLONG4),
      (char)(ANY | BEYOND | OVERLONG4), (char)(ANY | BEYOND | OVERLONG4), (char)(ANY | BEYOND | OVERLONG4 | SURROGATE),
      (char)(ANY | BEYOND | OVERLONG4), (char)(ANY | BEYOND | OVERLONG4));
  const __m256i secondHigh = VDBSHIM_TABLE(
      SHORT, SHORT, SHORT, SHORT, SHORT, SHORT, SHORT, SHORT, (char)(STRAY | TWO | OVERLONG2 | OVERLONG3 | OVERLONG4),
      (char)(STRAY | TWO | OVERLONG2 | OVERLONG3 | BEYOND), (char)(STRAY | TWO | OVERLONG2 | SURROGATE | BEYOND),
      (char)(STRAY | TWO | OVERLONG2 | SURROGATE | BEYOND), SHORT, SHORT, SHORT, SHORT);
#undef VDBSHIM_TABLE
  const __m256i low = _mm256_set1_epi8(0x0F);
  __m256i first = VDBSHIM_SHIFTED(block, before, 1);
  __m256i pair =
      _mm256_and_si256(_mm256_and_si256(_mm256_shuffle_epi8(firstHigh, _mm256_and_si256(_mm256_srli_epi16(first, 4), low)),
                                        _mm256_shuffle_epi8(firstLow, _mm256_and_si256(first, low))),
                       _mm256_shuffle_epi8(secondHigh, _mm256_and_si256(_mm256_srli_epi16(block, 4), low)));
  /* The highest bit where a third or fourth byte has to be. */
  __m256i third = _mm256_subs_epu8(VDBSHIM_SHIFTED(block, before, 2), _mm256_set1_epi8(0xE0 - 0x80));
  __m256i fourth = _mm256_subs_epu8(VDBSHIM_SHIFTED(block, before, 3), _mm256_set1_epi8(0xF0 - 0x80));
  __m256i continues = _mm256_and_si256(_mm256_or_si256(third, fourth), _mm256_set1_epi8((char)0x80));
  return _mm256_xor_si256(pair, continues);
}

/* The same, thirty-two bytes at a time, and what is beyond ASCII among them. */
VDBSHIM_AVX2 VDBSHIM_INLINE bool passWide(struct cursor *c) {
  /* What comes before is ASCII. */
  __m256i before = _mm256_setzero_si256();
  uint32_t unfinished = 0;
  for (;;) {
    size_t left = (size_t)(c->limit - c->at);
    /* Where fewer bytes are left, a zero follows them: a stop like any other, which shows what is not whole at the end. */
    uint8_t rest[32];
    const uint8_t *bytes = c->at;
    if (left < sizeof rest) {
      memset(rest, 0, sizeof rest);
      bytes = (const uint8_t *)memcpy(rest, c->at, left);
    }
    __m256i block = _mm256_loadu_si256((const __m256i *)bytes);
    if (c->out && left >= sizeof rest)
      _mm256_storeu_si256((__m256i *)(c->out + c->length), block);
    else if (c->out)
      memcpy(c->out + c->length, rest, left);
    /* Of unsigned bytes: those that are no greater than a limit are equal to the lesser of the two. */
    __m256i stops = _mm256_or_si256(
        _mm256_or_si256(_mm256_cmpeq_epi8(block, _mm256_set1_epi8('"')), _mm256_cmpeq_epi8(block, _mm256_set1_epi8('\\'))),
        _mm256_cmpeq_epi8(_mm256_min_epu8(block, _mm256_set1_epi8(0x1F)), block));
    uint32_t stop = (uint32_t)_mm256_movemask_epi8(stops), high = (uint32_t)_mm256_movemask_epi8(block);
    if (high | unfinished) {
      __m256i sound = _mm256_cmpeq_epi8(mistakes(block, before), _mm256_setzero_si256());
      /* Those up to the stop, which itself shows that a sequence is not whole. */
      if (~(uint32_t)_mm256_movemask_epi8(sound) & (stop ^ (stop - 1)))
        return false;
    }
    if (stop) {
      size_t plain = (size_t)__builtin_ctz(stop);
      skip(c, plain < left ? plain : left);
      return true;
    }
    skip(c, sizeof rest);
    before = block;
    unfinished = high >> 29;
  }
}

VDBSHIM_STRING(vdbshim_stringWide, VDBSHIM_AVX2, passWide)

bool vdbshim_canBeWide(void) {
  unsigned a, b, c, d, states, high;
  const unsigned needed = bit_OSXSAVE | bit_AVX;
  if (!__get_cpuid(1, &a, &b, &c, &d) || (c & needed) != needed)
    return false;
  /* The system keeps the registers, too. */
  __asm__("xgetbv" : "=a"(states), "=d"(high) : "c"(0));
  return (states & 6) == 6 && __get_cpuid_count(7, 0, &a, &b, &c, &d) && b & bit_AVX2 && b & bit_BMI;
}

struct vdbshim_content vdbshim_string(const void *from, const void *limit, uint8_t *out) {
  /* Found out by whoever comes first, or by several at once. */
  static _Atomic int width;
  int known = atomic_load_explicit(&width, memory_order_relaxed);
  if (__builtin_expect(known == 0, 0)) {
    known = vdbshim_canBeWide() ? 2 : 1;
    atomic_store_explicit(&width, known, memory_order_relaxed);
  }
  return known == 2 ? vdbshim_stringWide(from, limit, out) : vdbshim_stringNarrow(from, limit, out);
}
#else
bool vdbshim_canBeWide(void) { return false; }

struct vdbshim_content vdbshim_stringWide(const void *from, const void *limit, uint8_t *out) {
  return vdbshim_stringNarrow(from, limit, out);
}

struct vdbshim_content vdbshim_string(const void *from, const void *limit, uint8_t *out) {
  return vdbshim_stringNarrow(from, limit, out);
}
#endif
