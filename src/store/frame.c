// SPDX-License-Identifier: MIT
#include "store/frame.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

#include <zlib.h>

#define MAGIC 0x184D2A5Au

/* Without a mark, and with one. */
enum { VERSION_PLAIN = 1, VERSION_MARKED = 2 };

/* Where they are: frame.h. */
enum {
	AT_MAGIC = 0,
	AT_REST = 4,
	AT_KIND = 8,
	AT_VERSION = 12,
	AT_FIRST = 16,
	AT_LAST = 24,
	AT_SINCE = 32,
	AT_UNTIL = 40,
	AT_EVENTS = 48,
	AT_LINES = 56,
	AT_NOTICES = 60,
	AT_RAW_SIZE = 64,
	AT_SIZE = 72,
	AT_CRC = 80,
	AT_FILTER_SIZE = 84,
	AT_FILTER = 88,
};

/* Of a mark, where the filter would begin. */
enum {
	MARK_RING = 0,
	MARK_POSITION = 8,
	MARK_RECEIVED = 16,
	MARK_OPENED = 24,
	MARK_FILTERED = 32,
	MARK_WRITTEN = 40,
};

#define HEAD 12 /* bytes that tell an index from all else */

enum kind { KIND_FRAME, KIND_SUMS, KIND_MARK, KINDS };

static const char kinds[KINDS][4] = {"tpcf", "tpcs", "tpcm"};

static void put32(uint8_t *out, uint32_t value)
{
	value = htole32(value);
	memcpy(out, &value, sizeof(value));
}

static void put64(uint8_t *out, uint64_t value)
{
	value = htole64(value);
	memcpy(out, &value, sizeof(value));
}

static uint32_t get32(const uint8_t *in)
{
	uint32_t value;

	memcpy(&value, in, sizeof(value));
	return le32toh(value);
}

static uint64_t get64(const uint8_t *in)
{
	uint64_t value;

	memcpy(&value, in, sizeof(value));
	return le64toh(value);
}

uint32_t frame_crc(const void *content, size_t size)
{
	return (uint32_t)crc32_z(0, content, size);
}

static enum kind kind_of(const struct frame_index *index)
{
	return index->is_mark ? KIND_MARK : index->is_sums ? KIND_SUMS : KIND_FRAME;
}

static void write_mark(const struct frame_mark *mark, uint8_t *out)
{
	put64(out + MARK_RING, mark->ring);
	put64(out + MARK_POSITION, mark->position);
	put64(out + MARK_RECEIVED, mark->received);
	put64(out + MARK_OPENED, mark->opened);
	put64(out + MARK_FILTERED, mark->filtered);
	put64(out + MARK_WRITTEN, mark->written);
}

static void read_mark(const uint8_t *data, struct frame_mark *ret)
{
	*ret = (struct frame_mark){
		.ring = get64(data + MARK_RING),
		.position = get64(data + MARK_POSITION),
		.received = get64(data + MARK_RECEIVED),
		.opened = get64(data + MARK_OPENED),
		.filtered = get64(data + MARK_FILTERED),
		.written = get64(data + MARK_WRITTEN),
	};
}

void frame_index_write(const struct frame_index *index, uint8_t *out)
{
	size_t size = frame_index_size(index);
	bool marked = index->mark.ring;

	put32(out + AT_MAGIC, MAGIC);
	put32(out + AT_REST, (uint32_t)size - AT_KIND);
	memcpy(out + AT_KIND, kinds[kind_of(index)], sizeof(kinds[0]));
	put32(out + AT_VERSION, marked ? VERSION_MARKED : VERSION_PLAIN);
	put64(out + AT_FIRST, index->first_seq);
	put64(out + AT_LAST, index->last_seq);
	put64(out + AT_SINCE, index->since_ns);
	put64(out + AT_UNTIL, index->until_ns);
	put64(out + AT_EVENTS, index->events);
	put32(out + AT_LINES, index->lines);
	put32(out + AT_NOTICES, index->notices);
	put64(out + AT_RAW_SIZE, index->raw_size);
	put64(out + AT_SIZE, index->size);
	put32(out + AT_CRC, index->crc);
	put32(out + AT_FILTER_SIZE, index->filter_size);
	if (marked)
		write_mark(&index->mark, out + AT_FILTER);
	if (index->filter_size)
		memcpy(out + AT_FILTER + (marked ? FRAME_MARK_SIZE : 0), index->filter,
		       index->filter_size);
	put32(out + size - sizeof(uint32_t), frame_crc(out, size - sizeof(uint32_t)));
}

/* Whether the first bytes, as many as there are, are those of an index. */
static bool is_head(const uint8_t *data, size_t size)
{
	uint8_t magic[4];

	put32(magic, MAGIC);
	if (memcmp(data, magic, size < 4 ? size : 4) != 0)
		return false;
	if (size <= AT_KIND)
		return true;
	size = size < HEAD ? size - AT_KIND : sizeof(kinds[0]);
	for (size_t kind = 0; kind < KINDS; kind++)
		if (!memcmp(data + AT_KIND, kinds[kind], size))
			return true;
	return false;
}

/* What no writer writes, though the checksum is right: nothing of it may lead a reader astray. */
static bool is_sound(const struct frame_index *index)
{
	bool filter = !(index->filter_size & (index->filter_size - 1));

	if (index->is_mark)
		return index->mark.ring && !index->filter_size && !index->lines && !index->size &&
		       index->last_seq != UINT64_MAX && index->first_seq == index->last_seq;
	if (!filter || !index->lines || index->last_seq == UINT64_MAX ||
	    index->notices > index->lines || index->first_seq > index->last_seq ||
	    index->since_ns > index->until_ns ||
	    index->lines - 1 > index->last_seq - index->first_seq)
		return false;
	if (index->is_sums)
		return !index->size && !index->mark.ring;
	return index->size && index->size <= FRAME_CONTENT_MAX && index->raw_size &&
	       index->raw_size <= FRAME_RAW_MAX;
}

static bool is_of_kind(const uint8_t *data, enum kind kind)
{
	return !memcmp(data + AT_KIND, kinds[kind], sizeof(kinds[kind]));
}

static void read_fields(const uint8_t *data, struct frame_index *ret)
{
	bool marked = get32(data + AT_VERSION) == VERSION_MARKED;

	*ret = (struct frame_index){
		.is_sums = is_of_kind(data, KIND_SUMS),
		.is_mark = is_of_kind(data, KIND_MARK),
		.first_seq = get64(data + AT_FIRST),
		.last_seq = get64(data + AT_LAST),
		.since_ns = get64(data + AT_SINCE),
		.until_ns = get64(data + AT_UNTIL),
		.events = get64(data + AT_EVENTS),
		.lines = get32(data + AT_LINES),
		.notices = get32(data + AT_NOTICES),
		.raw_size = get64(data + AT_RAW_SIZE),
		.size = get64(data + AT_SIZE),
		.crc = get32(data + AT_CRC),
		.filter = data + AT_FILTER + (marked ? FRAME_MARK_SIZE : 0),
		.filter_size = get32(data + AT_FILTER_SIZE),
	};
	if (marked)
		read_mark(data + AT_FILTER, &ret->mark);
}

static size_t size_max(const uint8_t *data)
{
	return is_of_kind(data, KIND_SUMS) ? FRAME_SUMS_MAX : FRAME_INDEX_MAX;
}

int frame_index_read(const uint8_t *data, size_t size, struct frame_index *ret, size_t *ret_needed)
{
	struct frame_index index;
	uint32_t version;
	size_t whole;

	if (!is_head(data, size))
		return -EBADMSG;
	*ret_needed = FRAME_INDEX_SIZE;
	if (size < HEAD)
		return -EAGAIN;
	whole = (size_t)get32(data + AT_REST) + AT_KIND;
	if (whole < FRAME_INDEX_SIZE || whole > size_max(data))
		return -EBADMSG;
	*ret_needed = whole;
	if (size < whole)
		return -EAGAIN;
	if (get32(data + whole - sizeof(uint32_t)) != frame_crc(data, whole - sizeof(uint32_t)))
		return -EBADMSG;
	version = get32(data + AT_VERSION);
	if (version != VERSION_PLAIN && version != VERSION_MARKED)
		return -ENOTSUP;
	if (version == VERSION_MARKED && whole < FRAME_INDEX_SIZE + FRAME_MARK_SIZE)
		return -EBADMSG;
	read_fields(data, &index);
	if (frame_index_size(&index) != whole || !is_sound(&index))
		return -EBADMSG;
	*ret = index;
	return 0;
}

size_t frame_find(const uint8_t *data, size_t size)
{
	for (size_t at = 0; at < size; at++) {
		const uint8_t *next = memchr(data + at, MAGIC & 0xff, size - at);

		if (!next)
			return size;
		at = (size_t)(next - data);
		if (is_head(next, size - at))
			return at;
	}
	return size;
}

void frame_index_add(struct frame_index *sums, const struct frame_index *frame)
{
	if (!frame->lines)
		return;
	if (!sums->lines) {
		sums->first_seq = frame->first_seq;
		sums->since_ns = frame->since_ns;
	}
	if (frame->since_ns < sums->since_ns)
		sums->since_ns = frame->since_ns;
	if (frame->until_ns > sums->until_ns)
		sums->until_ns = frame->until_ns;
	sums->last_seq = frame->last_seq;
	sums->events += frame->events;
	sums->lines += frame->lines;
	sums->notices += frame->notices;
	sums->raw_size += frame->raw_size;
}

/* The finalizer of MurmurHash3. */
static uint64_t mixed(uint64_t h)
{
	h = (h ^ h >> 33) * 0xff51afd7ed558ccdu;
	h = (h ^ h >> 33) * 0xc4ceb9fe1a85ec53u;
	return h ^ h >> 33;
}

static uint64_t hash_of(const uint8_t destination[16])
{
	return mixed(mixed(get64(destination) + 0x9e3779b97f4a7c15u) ^ get64(destination + 8));
}

/* Bit i: two hashes do for all (Kirsch and Mitzenmacher, 2006). Smaller filters fold larger ones.
 */
static size_t bit_of(uint64_t hash, unsigned int i, size_t size)
{
	return ((uint32_t)hash + (size_t)i * (uint32_t)(hash >> 32 | 1)) & (size * 8 - 1);
}

void filter_add(uint8_t *filter, size_t size, const uint8_t destination[16])
{
	uint64_t hash = hash_of(destination);

	for (unsigned int i = 0; i < FRAME_HASHES; i++) {
		size_t bit = bit_of(hash, i, size);

		filter[bit / 8] |= (uint8_t)(1u << bit % 8);
	}
}

/* Bits that are set in either half. */
static size_t bits_folded(const uint8_t *filter, size_t half)
{
	size_t n = 0;

	for (size_t i = 0; i < half; i++)
		n += (size_t)__builtin_popcount(filter[i] | filter[half + i]);
	return n;
}

static bool is_clear(const uint8_t *filter, size_t size)
{
	return !filter[0] && !memcmp(filter, filter + 1, size - 1);
}

size_t filter_fold(uint8_t *filter, size_t size)
{
	for (size_t half = size / 2; half >= FRAME_FILTER_MIN; size = half, half /= 2) {
		if (bits_folded(filter, half) > half * 4)
			break;
		for (size_t i = 0; i < half; i++)
			filter[i] |= filter[half + i];
	}
	return is_clear(filter, size) ? 0 : size;
}

bool filter_has(const uint8_t *filter, size_t size, const uint8_t destination[16])
{
	uint64_t hash = hash_of(destination);

	for (unsigned int i = 0; i < FRAME_HASHES; i++) {
		size_t bit = size ? bit_of(hash, i, size) : 0;

		if (!size || !(filter[bit / 8] & 1u << bit % 8))
			return false;
	}
	return true;
}
