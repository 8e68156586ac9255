#include "CCodecs.h"

#include <stdlib.h>

void cc_free(uint8_t *bytes) { free(bytes); }

#ifdef HAS_PNG
#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

bool cc_has_png(void) { return true; }

// Everything that must survive a longjmp lives here, outside the function that calls setjmp.
typedef struct {
  png_structp png;
  png_infop info;
  cc_status status;
  char *message;
  const uint8_t *input;
  size_t count, position;
  uint8_t *output;
  size_t written, capacity;
} codec;

static void fail(codec *state, cc_status status, const char *text) {
  state->status = status;
  png_error(state->png, text);
}

static void on_error(png_structp png, png_const_charp text) {
  codec *state = png_get_error_ptr(png);
  if (state->status == CC_OK) state->status = CC_CORRUPT;
  snprintf(state->message, CC_MESSAGE_LENGTH, "%s", text);
  png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
}

static void read_bytes(png_structp png, png_bytep destination, size_t length) {
  codec *state = png_get_io_ptr(png);
  if (length > state->count - state->position) fail(state, CC_TRUNCATED, "the file ends too early");
  memcpy(destination, state->input + state->position, length);
  state->position += length;
}

static void write_bytes(png_structp png, png_bytep source, size_t length) {
  codec *state = png_get_io_ptr(png);
  if (length > state->capacity - state->written) {
    size_t capacity = 2 * state->capacity + length + 4096;
    uint8_t *grown = realloc(state->output, capacity);
    if (!grown) fail(state, CC_OUT_OF_MEMORY, "out of memory");
    state->output = grown;
    state->capacity = capacity;
  }
  memcpy(state->output + state->written, source, length);
  state->written += length;
}

static void flush(png_structp png) { (void)png; }

static void choose_form(codec *state, cc_form form) {
  png_structp png = state->png;
  int color = png_get_color_type(png, state->info), depth = png_get_bit_depth(png, state->info);
  bool transparent = png_get_valid(png, state->info, PNG_INFO_tRNS) != 0;
  if (form == CC_LABELS) {
    if (color & PNG_COLOR_MASK_ALPHA || color == PNG_COLOR_TYPE_RGB || depth == 16)
      fail(state, CC_UNSUPPORTED, "a label map is a palette or 8-bit grey PNG");
    png_set_packing(png);
    return;
  }
  png_set_expand(png);
  if (form == CC_16_BIT) {
    png_set_expand_16(png);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    png_set_swap(png);
#endif
  } else {
    png_set_scale_16(png);
  }
  if (form == CC_RGB) png_set_strip_alpha(png);
  // Two channels are no form of ours: grey with alpha becomes RGBA.
  bool alpha = color & PNG_COLOR_MASK_ALPHA || transparent;
  if (form == CC_RGB || alpha) png_set_gray_to_rgb(png);
}

static void read_header(codec *state, cc_form form, cc_header *header) {
  png_structp png = state->png;
  png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
  // Comments, profiles and the like say nothing about the samples; libpng would give them as much memory as their
  // length claims, or as they unpack to. They are skipped, under their checksums.
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
  png_set_read_fn(png, state, read_bytes);
  png_read_info(png, state->info);
  header->width = png_get_image_width(png, state->info);
  header->height = png_get_image_height(png, state->info);
  if ((uint64_t)header->width * header->height > CC_MAXIMUM_PIXELS) fail(state, CC_TOO_LARGE, "too large");

  png_colorp palette;
  int entries = 0;
  if (png_get_PLTE(png, state->info, &palette, &entries) && form == CC_LABELS) {
    header->palette_count = entries;
    for (int i = 0; i < entries; i++) {
      header->palette[3 * i] = palette[i].red;
      header->palette[3 * i + 1] = palette[i].green;
      header->palette[3 * i + 2] = palette[i].blue;
    }
  }
  choose_form(state, form);
}

static void read_image(codec *state, cc_form form, cc_header *header, uint8_t *pixels) {
  if (setjmp(png_jmpbuf(state->png))) return;
  png_structp png = state->png;
  read_header(state, form, header);
  int passes = png_set_interlace_handling(png);
  png_read_update_info(png, state->info);
  header->channels = png_get_channels(png, state->info);
  header->bytes_per_sample = png_get_bit_depth(png, state->info) / 8;
  if (!pixels) return;
  size_t row = png_get_rowbytes(png, state->info);
  for (int pass = 0; pass < passes; pass++)
    for (uint32_t y = 0; y < header->height; y++) png_read_row(png, pixels + y * row, NULL);
  png_read_end(png, NULL);
}

cc_status cc_png_read(const uint8_t *bytes, size_t count, cc_form form, cc_header *header, uint8_t *pixels,
                      char *message) {
  codec state = {.message = message, .input = bytes, .count = count};
  memset(header, 0, sizeof *header);
  state.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &state, on_error, on_warning);
  if (!state.png) return CC_OUT_OF_MEMORY;
  state.info = png_create_info_struct(state.png);
  if (state.info)
    read_image(&state, form, header, pixels);
  else
    state.status = CC_OUT_OF_MEMORY;
  png_destroy_read_struct(&state.png, &state.info, NULL);
  return state.status;
}

static void write_image(codec *state, const cc_header *header, const uint8_t *pixels) {
  if (setjmp(png_jmpbuf(state->png))) return;
  png_structp png = state->png;
  int color = header->palette_count      ? PNG_COLOR_TYPE_PALETTE
              : header->channels == 1    ? PNG_COLOR_TYPE_GRAY
              : header->channels == 3    ? PNG_COLOR_TYPE_RGB
                                         : PNG_COLOR_TYPE_RGB_ALPHA;
  png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_write_fn(png, state, write_bytes, flush);
  // Much faster than the libraries' own choice, level 6 and all filters, for some per cent of the size.
  png_set_compression_level(png, 2);
  if (!header->palette_count) png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FAST_FILTERS);
  png_set_IHDR(png, state->info, header->width, header->height, 8 * header->bytes_per_sample, color,
               PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (header->palette_count) {
    png_color palette[256];
    for (int i = 0; i < header->palette_count; i++)
      palette[i] = (png_color){header->palette[3 * i], header->palette[3 * i + 1], header->palette[3 * i + 2]};
    png_set_PLTE(png, state->info, palette, header->palette_count);
  }
  png_write_info(png, state->info);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  if (header->bytes_per_sample == 2) png_set_swap(png);
#endif
  size_t row = (size_t)header->width * header->channels * header->bytes_per_sample;
  for (uint32_t y = 0; y < header->height; y++) png_write_row(png, pixels + y * row);
  png_write_end(png, state->info);
}

cc_status cc_png_write(const cc_header *header, const void *pixels, uint8_t **bytes, size_t *count,
                       char *message) {
  codec state = {.message = message};
  state.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &state, on_error, on_warning);
  if (!state.png) return CC_OUT_OF_MEMORY;
  state.info = png_create_info_struct(state.png);
  if (state.info)
    write_image(&state, header, pixels);
  else
    state.status = CC_OUT_OF_MEMORY;
  png_destroy_write_struct(&state.png, &state.info);
  if (state.status == CC_OK) {
    *bytes = state.output;
    *count = state.written;
  } else {
    free(state.output);
  }
  return state.status;
}

#else

bool cc_has_png(void) { return false; }

cc_status cc_png_read(const uint8_t *bytes, size_t count, cc_form form, cc_header *header, uint8_t *pixels,
                      char *message) {
  return CC_MISSING_CODEC;
}

cc_status cc_png_write(const cc_header *header, const void *pixels, uint8_t **bytes, size_t *count,
                       char *message) {
  return CC_MISSING_CODEC;
}

#endif
