/* The bytes of JSON strings, sixteen at a time: SSE2, NEON, or two words where neither is there. */
#ifndef VDBSHIM_SCAN_H
#define VDBSHIM_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Also where the library is optimised for size. */
#define VDBSHIM_INLINE static inline __attribute__((always_inline))

#if defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__ARM_NEON) && defined(__aarch64__)
#include <arm_neon.h>
#endif

#if defined(__SSE2__)
typedef __m128i vdbshim_block;
VDBSHIM_INLINE vdbshim_block vdbshim_load(const void *from) { return _mm_loadu_si128((const __m128i *)from); }
VDBSHIM_INLINE void vdbshim_store(void *to, vdbshim_block block) { _mm_storeu_si128((__m128i *)to, block); }
VDBSHIM_INLINE int vdbshim_first(vdbshim_block hits) { return __builtin_ctz((unsigned)_mm_movemask_epi8(hits) | 0x10000u); }
VDBSHIM_INLINE vdbshim_block vdbshim_backslash(vdbshim_block b) { return _mm_cmpeq_epi8(b, _mm_set1_epi8('\\')); }
/* Compared as signed numbers, control characters and what is beyond ASCII are both below a space. */
VDBSHIM_INLINE vdbshim_block vdbshim_special(vdbshim_block b) {
  return _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(b, _mm_set1_epi8('"')), vdbshim_backslash(b)),
                      _mm_cmplt_epi8(b, _mm_set1_epi8(' ')));
}
#elif defined(__ARM_NEON) && defined(__aarch64__)
typedef uint8x16_t vdbshim_block;
VDBSHIM_INLINE vdbshim_block vdbshim_load(const void *from) { return vld1q_u8((const uint8_t *)from); }
VDBSHIM_INLINE void vdbshim_store(void *to, vdbshim_block block) { vst1q_u8((uint8_t *)to, block); }
/* Four bits for each byte are the densest mask that NEON gives in one step. */
VDBSHIM_INLINE int vdbshim_first(vdbshim_block hits) {
  uint64_t mask = vget_lane_u64(vreinterpret_u64_u8(vshrn_n_u16(vreinterpretq_u16_u8(hits), 4)), 0);
  return mask ? __builtin_ctzll(mask) >> 2 : 16;
}
VDBSHIM_INLINE vdbshim_block vdbshim_backslash(vdbshim_block b) { return vceqq_u8(b, vdupq_n_u8('\\')); }
VDBSHIM_INLINE vdbshim_block vdbshim_special(vdbshim_block b) {
  return vorrq_u8(vorrq_u8(vceqq_u8(b, vdupq_n_u8('"')), vdbshim_backslash(b)),
                  vcltq_s8(vreinterpretq_s8_u8(b), vdupq_n_s8(' ')));
}
#else
/* Of each byte the highest bit says whether it is one. */
typedef struct {
  uint64_t half[2];
} vdbshim_block;
VDBSHIM_INLINE vdbshim_block vdbshim_load(const void *from) {
  vdbshim_block b;
  memcpy(&b, from, sizeof b);
  return b;
}
VDBSHIM_INLINE void vdbshim_store(void *to, vdbshim_block block) { memcpy(to, &block, sizeof block); }
VDBSHIM_INLINE int vdbshim_first(vdbshim_block hits) {
  for (int h = 0; h < 2; h++)
    if (hits.half[h]) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
      return h * 8 + (__builtin_ctzll(hits.half[h]) >> 3);
#else
      return h * 8 + (__builtin_clzll(hits.half[h]) >> 3);
#endif
    }
  return 16;
}
#define VDBSHIM_EACH(byte) ((uint64_t)(byte)*0x0101010101010101u)
/* Exact for each byte: no carry leaves it. */
VDBSHIM_INLINE uint64_t vdbshim_equal(uint64_t word, unsigned char byte) {
  uint64_t x = word ^ VDBSHIM_EACH(byte);
  return ~(((x & VDBSHIM_EACH(0x7F)) + VDBSHIM_EACH(0x7F)) | x) & VDBSHIM_EACH(0x80);
}
VDBSHIM_INLINE vdbshim_block vdbshim_backslash(vdbshim_block b) {
  for (int h = 0; h < 2; h++)
    b.half[h] = vdbshim_equal(b.half[h], '\\');
  return b;
}
VDBSHIM_INLINE vdbshim_block vdbshim_special(vdbshim_block b) {
  for (int h = 0; h < 2; h++) {
    uint64_t word = b.half[h];
    uint64_t control = ~((word & VDBSHIM_EACH(0x7F)) + VDBSHIM_EACH(0x60)) & VDBSHIM_EACH(0x80);
    b.half[h] = vdbshim_equal(word, '"') | vdbshim_equal(word, '\\') | control | (word & VDBSHIM_EACH(0x80));
  }
  return b;
}
#undef VDBSHIM_EACH
#endif

/* How many of the sixteen bytes at `from` come before the first that is a quote, a backslash, a control character or beyond ASCII. */
VDBSHIM_INLINE int vdbshim_plain16(const void *from) { return vdbshim_first(vdbshim_special(vdbshim_load(from))); }

/* The same of thirty-two. */
VDBSHIM_INLINE int vdbshim_plain32(const void *from) {
#if defined(__SSE2__)
  uint64_t low = (unsigned)_mm_movemask_epi8(vdbshim_special(vdbshim_load(from)));
  uint64_t high = (unsigned)_mm_movemask_epi8(vdbshim_special(vdbshim_load((const char *)from + 16)));
  return __builtin_ctzll(low | high << 16 | (uint64_t)1 << 32);
#else
  int plain = vdbshim_plain16(from);
  return plain < 16 ? plain : 16 + vdbshim_plain16((const char *)from + 16);
#endif
}

/* The length of the well-formed sequence of UTF-8 that begins a word of four bytes, the first one lowest, beyond ASCII; 0: there is none.
 * Which of the lengths it is costs no branch. */
VDBSHIM_INLINE int vdbshim_utf8(uint32_t word) {
  static const uint32_t masks[5] = {0, 0, 0xC0E0, 0xC0C0F0, 0xC0C0C0F8}, marks[5] = {0, 1, 0x80C0, 0x8080E0, 0x808080F0};
  /* Of its first two bytes: shorter forms would do below, and nothing is beyond. */
  static const uint16_t least[5] = {0, 0, 0xC280, 0xE0A0, 0xF090}, most[5] = {0, 0, 0xDFBF, 0xEFBF, 0xF48F};
  int length = __builtin_clz(~(word << 24));
  if (length > 4)
    return 0;
  uint32_t start = (word & 0xFF) << 8 | (word >> 8 & 0xFF);
  int is_surrogate = start - 0xEDA0 <= 0x1F;
  return (word & masks[length]) == marks[length] && start >= least[length] && start <= most[length] && !is_surrogate ? length
                                                                                                                     : 0;
}

/* The number that four hexadecimal digits are; negative: they are not. */
VDBSHIM_INLINE int32_t vdbshim_hex4(const void *from) {
#define VDBSHIM_D(n) ['0' + n] = 1 + n
#define VDBSHIM_H(n) ['a' + n] = 11 + n, ['A' + n] = 11 + n
  static const uint8_t digits[256] = {VDBSHIM_D(0), VDBSHIM_D(1), VDBSHIM_D(2), VDBSHIM_D(3), VDBSHIM_D(4), VDBSHIM_D(5),
                                      VDBSHIM_D(6), VDBSHIM_D(7), VDBSHIM_D(8), VDBSHIM_D(9), VDBSHIM_H(0), VDBSHIM_H(1),
                                      VDBSHIM_H(2), VDBSHIM_H(3), VDBSHIM_H(4), VDBSHIM_H(5)};
#undef VDBSHIM_D
#undef VDBSHIM_H
  const uint8_t *p = (const uint8_t *)from;
  int32_t a = digits[p[0]] - 1, b = digits[p[1]] - 1, c = digits[p[2]] - 1, d = digits[p[3]] - 1;
  return (a | b | c | d) < 0 ? -1 : a << 12 | b << 8 | c << 4 | d;
}

/* 10 to the power of n, at most 19. */
VDBSHIM_INLINE uint64_t vdbshim_power10(int n) {
  static const uint32_t powers[10] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000};
  return n < 10 ? powers[n] : powers[n - 10] * UINT64_C(10000000000);
}

/* Copies thirty-two bytes, and says how many of them vdbshim_plain32 would count. */
VDBSHIM_INLINE int vdbshim_copyPlain32(const void *from, void *to) {
  vdbshim_store(to, vdbshim_load(from));
  vdbshim_store((char *)to + 16, vdbshim_load((const char *)from + 16));
  return vdbshim_plain32(from);
}

/* The content of a JSON string. */
struct vdbshim_content {
  const uint8_t *end; /* its closing quote; `limit` where it has none */
  ptrdiff_t length;   /* without its escapes; or one of these two, and `end` is somewhere in it */
};
#define VDBSHIM_NO_STRING ((ptrdiff_t)-1)
#define VDBSHIM_NO_UTF8 ((ptrdiff_t)-2)

/* Looks through the string that begins at `from`, after its quote, checks it, and decodes it into `out`, which has room for all up to
 * `limit`; NULL: it is not decoded. It has escapes when its length is another one than that of its text. */
struct vdbshim_content vdbshim_string(const void *from, const void *limit, uint8_t *out);

/* What that is: sixteen bytes at a time, and thirty-two, for processors that have what it takes. */
struct vdbshim_content vdbshim_stringNarrow(const void *from, const void *limit, uint8_t *out);
struct vdbshim_content vdbshim_stringWide(const void *from, const void *limit, uint8_t *out);
bool vdbshim_canBeWide(void);

#endif
