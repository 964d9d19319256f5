/* The bytes of JSON strings, sixteen at a time: SSE2, NEON, or two words where neither is there. */
#ifndef VDBSHIM_SCAN_H
#define VDBSHIM_SCAN_H

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

/* What a letter after a backslash stands for; 0: it is none of those, or 'u'. */
VDBSHIM_INLINE unsigned char vdbshim_unescaped(unsigned char letter) {
  static const unsigned char meaning[128] = {
      ['"'] = '"', ['\\'] = '\\', ['/'] = '/', ['b'] = '\b', ['f'] = '\f', ['n'] = '\n', ['r'] = '\r', ['t'] = '\t'};
  return letter < 128 ? meaning[letter] : 0;
}

/* 10 to the power of n, at most 8. */
VDBSHIM_INLINE uint64_t vdbshim_power10(int n) {
  static const uint32_t powers[9] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};
  return powers[n];
}

/* Copies thirty-two bytes, and says how many of them vdbshim_plain32 would count. */
VDBSHIM_INLINE int vdbshim_copyPlain32(const void *from, void *to) {
  vdbshim_store(to, vdbshim_load(from));
  vdbshim_store((char *)to + 16, vdbshim_load((const char *)from + 16));
  return vdbshim_plain32(from);
}

/* Copies sixteen bytes, and says how many of them come before the first backslash. */
VDBSHIM_INLINE int vdbshim_copy16(const void *from, void *to) {
  vdbshim_block block = vdbshim_load(from);
  vdbshim_store(to, block);
  return vdbshim_first(vdbshim_backslash(block));
}

#endif
