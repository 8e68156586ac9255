// Masks of 64 pixels a word: pixel x of a row is bit x % 64 of its word x / 64, bits beyond the row are 0.
#ifndef MASK_BITS_H
#define MASK_BITS_H

#include <stdint.h>

#include "runtime/template.h"

INLINE int64_t mask_words(int64_t width) { return (width + 63) / 64; }

/// The bits of the last word of a row that are pixels.
INLINE uint64_t mask_last_word(int64_t width) { return ~(uint64_t)0 >> (63 - (width - 1) % 64); }

/// Packs the pixels of one label, or of any but 0 where `label` is 0.
void mask_pack(int64_t height, int64_t width, uint8_t label, const uint8_t *labels, uint64_t *bits);
void mask_unpack(int64_t height, int64_t width, const uint64_t *bits, uint8_t *mask);

/// The pixels that a shape around some set pixel covers, as ck_mask_dilate has it; `row` is for one row's words.
void mask_dilate(int64_t height, int64_t width, int64_t count, const int64_t *reach, const uint64_t *pixels,
                 uint64_t *row, uint64_t *result);

#endif
