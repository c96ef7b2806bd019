// SPDX-License-Identifier: MIT
/*
 * Any bytes as a segment, as they are and with their checksums put right: the reader comes to an
 * end, no line comes that is not in a frame with the right checksums, and the writer finds the same
 * end as ever.
 */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <zlib.h>
#include <zstd.h>

#include "fuzz/check.h"
#include "store/reader.h"
#include "store/recover.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define RAW_MAX (1 << 20)

static uint8_t bytes[1 << 20];
static char raw[RAW_MAX];

static uint32_t u32(const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return le32toh(value);
}

static void put_u32(uint8_t *at, uint32_t value)
{
	value = htole32(value);
	memcpy(at, &value, sizeof(value));
}

/* src/store/frame.h once more: the sizes of the index at that place and of its content, or false.
 */
static bool parts_at(const uint8_t *at, size_t left, size_t *ret_index, size_t *ret_content)
{
	uint64_t content;

	if (left < 92 || u32(at) != 0x184D2A5A ||
	    (memcmp(at + 8, "tpcf", 4) != 0 && memcmp(at + 8, "tpcm", 4) != 0))
		return false;
	*ret_index = (size_t)u32(at + 4) + 8;
	memcpy(&content, at + 72, sizeof(content));
	content = le64toh(content);
	if (*ret_index < 92 || *ret_index > left || content > left - *ret_index)
		return false;
	*ret_content = content;
	return true;
}

static void put_right(size_t size)
{
	size_t index, content;

	for (size_t at = 0; at < size; at++) {
		if (!parts_at(bytes + at, size - at, &index, &content))
			continue;
		put_u32(bytes + at + 80, (uint32_t)crc32(0, bytes + at + index, (uInt)content));
		put_u32(bytes + at + index - 4, (uint32_t)crc32(0, bytes + at, (uInt)index - 4));
	}
}

/* Whether the line, with its newline, is in that content. */
static bool is_in(const uint8_t *content, size_t n, const char *line, size_t size)
{
	size_t len = ZSTD_decompress(raw, sizeof(raw), content, n);

	if (ZSTD_isError(len))
		return false;
	for (const char *at = raw; (at = memmem(at, (size_t)(raw + len - at), line, size)); at++)
		if (at == raw || at[-1] == '\n')
			return true;
	return false;
}

static bool is_in_a_frame(size_t size, const char *line, size_t n)
{
	size_t index, content;

	for (size_t at = 0; at < size; at++) {
		const uint8_t *frame = bytes + at;

		if (parts_at(frame, size - at, &index, &content) &&
		    crc32(0, frame, (uInt)index - 4) == u32(frame + index - 4) &&
		    crc32(0, frame + index, (uInt)content) == u32(frame + 80) &&
		    is_in(frame + index, content, line, n))
			return true;
	}
	return false;
}

static uint64_t read_all(const char *path, size_t size, const struct store_query *query)
{
	struct store_reader *reader;
	struct error error;
	const char *line;
	uint64_t n = 0;
	size_t len;
	int more, err;

	err = store_reader_open(path, query, &reader, &error);
	check(!err || err == -EINVAL, "%s", error.text);
	if (err) /* nothing in it is of a store */
		return 0;
	for (; (more = store_reader_next(reader, &line, &len)) == 1; n++)
		/* The first lines, as each is looked for in all of it. */
		check(n > 8 || is_in_a_frame(size, line, len + 1), "%.*s", (int)len, line);
	check(!more, "%d", more);
	check(store_read(reader).damaged_bytes + store_read(reader).tail_bytes <= size,
	      "more is damaged than there is");
	store_reader_close(reader);
	return n;
}

static void check_segment(size_t size)
{
	static const uint8_t destination[1][16] = {{[10] = 0xff, 0xff, 192, 0, 2, 1}};
	static const struct store_query all,
		none = {.since_ns = UINT64_MAX},
		by_destination = {.destinations = destination, .n_destinations = 1};
	struct recovered recovered;
	char path[32];
	uint64_t n;
	int fd = memfd_create("segment", MFD_CLOEXEC), err;

	check(fd >= 0 && write(fd, bytes, size) == (ssize_t)size, "%s", strerror(errno));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	n = read_all(path, size, &all);
	check(read_all(path, size, &by_destination) <= n, "more lines with a destination");
	read_all(path, size, &none);
	err = recover(fd, &recovered);
	check(!err || err == -ENOTSUP, "%d", err);
	check(err || recovered.size + recovered.torn_bytes == size, "%zu", size);
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > sizeof(bytes))
		return 0;
	memcpy(bytes, data, size);
	check_segment(size);
	put_right(size);
	check_segment(size);
	return 0;
}
