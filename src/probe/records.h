/* SPDX-License-Identifier: MIT */
/* A stream of bytes -> the records that it is made of. Pure. */
#ifndef PROBE_RECORDS_H
#define PROBE_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contract/record.h"
#include "probe/loader.h"

/* What the kernel has for an iterator's output: BPF's seq_file, 8 pages of 4 KiB. */
#define RECORDS_READ 32768

/* All zeros: nothing read yet. */
struct records {
	size_t filled; /* bytes */
	uint8_t bytes[RECORD_SIZE_MAX + RECORDS_READ];
};

/* Where the next bytes go: RECORDS_READ of them at most. */
static inline uint8_t *records_place(struct records *records)
{
	return records->bytes + records->filled;
}

/*
 * n bytes were put there. Hands on the records that are whole; of the last, the beginning may be
 * kept. Returns 0, what `record` has returned, or -EBADMSG: it is no stream of records.
 */
int records_take(struct records *records, size_t n, probe_record_fn *record, void *ctx);

/* Whether the last record is whole. */
static inline bool records_are_whole(const struct records *records)
{
	return !records->filled;
}

#endif
