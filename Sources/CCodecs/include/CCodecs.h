// PNG and JPEG in memory, through libpng and libjpeg. Their errors arrive by longjmp, which must not
// cross Swift frames, so it starts and ends here. Videos, through another program.
#ifndef CCODECS_H
#define CCODECS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef enum {
  CC_OK,
  CC_TRUNCATED,
  CC_CORRUPT,
  CC_UNSUPPORTED,
  CC_TOO_LARGE,
  CC_OUT_OF_MEMORY,
  CC_MISSING_CODEC,
} cc_status;

/// Decoding refuses more pixels than this (8192 × 8192, twice an 8K frame) before it allocates any.
#define CC_MAXIMUM_PIXELS (1 << 26)
#define CC_MESSAGE_LENGTH 200

/// What the samples of a PNG become: as stored but in 8 bits with the palette applied, 8-bit RGB,
/// palette indices or raw grey levels, or 16 bits in the machine's byte order.
typedef enum { CC_AS_STORED, CC_RGB, CC_LABELS, CC_16_BIT } cc_form;

typedef struct {
  uint32_t width, height;
  int channels;           // after decoding: 1, 3 or 4
  int bytes_per_sample;   // 1 or 2
  int palette_count;      // 0 when the file has no palette
  uint8_t palette[768];   // red, green, blue of each entry
} cc_header;

bool cc_has_png(void);
bool cc_has_jpeg(void);

/// Decodes `count` bytes into `pixels` (height · width · channels · bytes_per_sample of them); fills
/// only the header when `pixels` is NULL. On failure `message` gets one line.
cc_status cc_png_read(const uint8_t *bytes, size_t count, cc_form form, cc_header *header, uint8_t *pixels,
                      char *message);

/// Encodes; `*bytes` is to be released with cc_free. With a palette, `pixels` are its indices.
cc_status cc_png_write(const cc_header *header, const void *pixels, uint8_t **bytes, size_t *count,
                       char *message);

/// As cc_png_read; `channels` is 1, 3, or 0 for as stored; CMYK becomes 3 in any case.
cc_status cc_jpeg_read(const uint8_t *bytes, size_t count, int channels, cc_header *header, uint8_t *pixels,
                       char *message);

/// As cc_png_write for 1 or 3 channels; `quality` is 1…100.
cc_status cc_jpeg_write(const cc_header *header, const uint8_t *pixels, int quality, uint8_t **bytes,
                        size_t *count, char *message);

void cc_free(uint8_t *bytes);

/// A program that runs beside this one, and the ends of what it is connected by: `stream` to its standard input where it
/// is fed, else from its standard output; `errors` from its standard error.
typedef struct {
  pid_t process;
  int stream, errors;
} cc_program;

/// Starts the program that the first argument names, found on the PATH; the last is NULL. Returns 0 or an errno.
int cc_program_start(char *const arguments[], bool is_fed, cc_program *program);

#endif
