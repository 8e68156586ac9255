#include "CCodecs.h"

#ifdef HAS_JPEG
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

bool cc_has_jpeg(void) { return true; }

// libjpeg hands its callbacks a pointer to the error manager, so that comes first.
typedef struct {
  struct jpeg_error_mgr manager;
  struct jpeg_progress_mgr progress;
  jmp_buf escape;
  cc_status status;
  char *message;
} failure;

static cc_status status_of(int code) {
  switch (code) {
  case JERR_INPUT_EMPTY:
  case JERR_INPUT_EOF:
  case JWRN_JPEG_EOF: return CC_TRUNCATED;
  case JERR_OUT_OF_MEMORY: return CC_OUT_OF_MEMORY;
  case JERR_BAD_PRECISION:
  case JERR_SOF_UNSUPPORTED:
  case JERR_CONVERSION_NOTIMPL:
  case JERR_IMAGE_TOO_BIG:
  case JERR_ARITH_NOTIMPL: return CC_UNSUPPORTED;
  default: return CC_CORRUPT;
  }
}

static void on_error(j_common_ptr info) {
  failure *state = (failure *)info->err;
  char text[JMSG_LENGTH_MAX];
  state->manager.format_message(info, text);
  snprintf(state->message, CC_MESSAGE_LENGTH, "%s", text);
  state->status = status_of(state->manager.msg_code);
  longjmp(state->escape, 1);
}

// libjpeg only warns about lost data and fills the rest with grey; here that is an error. Other
// warnings (bytes between segments, odd version numbers) lose nothing.
static void on_message(j_common_ptr info, int level) {
  if (level >= 0) return;
  switch (info->err->msg_code) {
  case JWRN_JPEG_EOF:
  case JWRN_HIT_MARKER:
  case JWRN_HUFF_BAD_CODE:
  case JWRN_MUST_RESYNC:
  case JWRN_ARITH_BAD_CODE: on_error(info);
  }
}

static struct jpeg_error_mgr *handler(failure *state, char *message) {
  state->status = CC_OK;
  state->message = message;
  jpeg_std_error(&state->manager);
  state->manager.error_exit = on_error;
  state->manager.emit_message = on_message;
  return &state->manager;
}

static void fail(failure *state, cc_status status, const char *text) {
  snprintf(state->message, CC_MESSAGE_LENGTH, "%s", text);
  state->status = status;
  longjmp(state->escape, 1);
}

// A scan of a progressive file goes over all of the image, however few bytes it has. Encoders make some ten of them.
static void check_scans(j_common_ptr info) {
  struct jpeg_decompress_struct *jpeg = (struct jpeg_decompress_struct *)info;
  uint64_t work = (uint64_t)jpeg->input_scan_number * jpeg->image_width * jpeg->image_height;
  if (jpeg->input_scan_number > 100 || work > 16 * (uint64_t)CC_MAXIMUM_PIXELS)
    fail((failure *)info->err, CC_CORRUPT, "too many scans");
}

// CMYK as Adobe writes it, and everybody after: inverted, so that 255 is no ink. Ink lets through its share of what the
// black lets through.
static void read_inks(struct jpeg_decompress_struct *jpeg, uint8_t *pixels) {
  JSAMPARRAY inks = jpeg->mem->alloc_sarray((j_common_ptr)jpeg, JPOOL_IMAGE, 4 * jpeg->output_width, 1);
  while (jpeg->output_scanline < jpeg->output_height) {
    jpeg_read_scanlines(jpeg, inks, 1);
    for (const uint8_t *ink = inks[0]; ink < inks[0] + 4 * (size_t)jpeg->output_width; ink += 4) {
      for (int channel = 0; channel < 3; channel++) *pixels++ = (uint8_t)((ink[channel] * ink[3] + 127) / 255);
    }
  }
}

static void read_image(struct jpeg_decompress_struct *jpeg, failure *state, const uint8_t *bytes, size_t count,
                       int channels, cc_header *header, uint8_t *pixels) {
  if (setjmp(state->escape)) return;
  jpeg_create_decompress(jpeg);
  state->progress.progress_monitor = check_scans;
  jpeg->progress = &state->progress;
  jpeg_mem_src(jpeg, bytes, count);
  jpeg_read_header(jpeg, TRUE);
  header->width = jpeg->image_width;
  header->height = jpeg->image_height;
  if ((uint64_t)header->width * header->height > CC_MAXIMUM_PIXELS) fail(state, CC_TOO_LARGE, "too large");
  bool has_inks = jpeg->num_components == 4;
  if (!has_inks && jpeg->num_components != 1 && jpeg->num_components != 3)
    fail(state, CC_UNSUPPORTED, "a JPEG is grey, RGB or CMYK, this one is none of them");
  header->channels = has_inks ? 3 : channels ? channels : jpeg->num_components;
  header->bytes_per_sample = 1;
  if (!pixels) return;
  jpeg->out_color_space = has_inks ? JCS_CMYK : header->channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_start_decompress(jpeg);
  if (has_inks) read_inks(jpeg, pixels);
  size_t row = (size_t)jpeg->output_width * jpeg->output_components;
  while (jpeg->output_scanline < jpeg->output_height) {
    JSAMPROW line = pixels + jpeg->output_scanline * row;
    jpeg_read_scanlines(jpeg, &line, 1);
  }
  // Reads on to the end marker, so that a file without one is found out.
  jpeg_finish_decompress(jpeg);
}

cc_status cc_jpeg_read(const uint8_t *bytes, size_t count, int channels, cc_header *header, uint8_t *pixels,
                       char *message) {
  struct jpeg_decompress_struct jpeg;
  failure state;
  memset(&jpeg, 0, sizeof jpeg);
  memset(header, 0, sizeof *header);
  jpeg.err = handler(&state, message);
  read_image(&jpeg, &state, bytes, count, channels, header, pixels);
  jpeg_destroy_decompress(&jpeg);
  return state.status;
}

static void write_image(struct jpeg_compress_struct *jpeg, failure *state, const cc_header *header,
                        const uint8_t *pixels, int quality, unsigned char **bytes, unsigned long *length) {
  if (setjmp(state->escape)) return;
  jpeg_create_compress(jpeg);
  jpeg_mem_dest(jpeg, bytes, length);
  jpeg->image_width = header->width;
  jpeg->image_height = header->height;
  jpeg->input_components = header->channels;
  jpeg->in_color_space = header->channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(jpeg);
  jpeg_set_quality(jpeg, quality, TRUE);
  jpeg_start_compress(jpeg, TRUE);
  size_t row = (size_t)header->width * header->channels;
  while (jpeg->next_scanline < jpeg->image_height) {
    JSAMPROW line = (JSAMPROW)(pixels + jpeg->next_scanline * row);
    jpeg_write_scanlines(jpeg, &line, 1);
  }
  jpeg_finish_compress(jpeg);
}

cc_status cc_jpeg_write(const cc_header *header, const uint8_t *pixels, int quality, uint8_t **bytes,
                        size_t *count, char *message) {
  struct jpeg_compress_struct jpeg;
  failure state;
  unsigned char *output = NULL;
  unsigned long length = 0;
  memset(&jpeg, 0, sizeof jpeg);
  jpeg.err = handler(&state, message);
  write_image(&jpeg, &state, header, pixels, quality, &output, &length);
  jpeg_destroy_compress(&jpeg);
  if (state.status == CC_OK) {
    *bytes = output;
    *count = length;
  } else {
    free(output);
  }
  return state.status;
}

#else

bool cc_has_jpeg(void) { return false; }

cc_status cc_jpeg_read(const uint8_t *bytes, size_t count, int channels, cc_header *header, uint8_t *pixels,
                       char *message) {
  return CC_MISSING_CODEC;
}

cc_status cc_jpeg_write(const cc_header *header, const uint8_t *pixels, int quality, uint8_t **bytes,
                        size_t *count, char *message) {
  return CC_MISSING_CODEC;
}

#endif
