/* SPDX-License-Identifier: MIT */
/* An image, a cgroup and names from a fuzzer's bytes, and what lines must say of them. */
#ifndef FUZZ_WHO_H
#define FUZZ_WHO_H

#include <stddef.h>

#include "model/event.h"

#define WHO_TEXTS    (15 + DNS_NAMES_MAX) /* of all structs: the last are names */
#define WHO_TEXT_MAX 32

struct who_input {
	uint32_t absent; /* a bit for each text, and for image and cgroup */
	uint32_t has;
	uint32_t ids[5];
	uint8_t flags, n_ancestors;
	uint8_t n_names, names_source;
	uint16_t args_size;
	struct ancestor ancestors[ANCESTORS_MAX];
	char texts[WHO_TEXTS][WHO_TEXT_MAX];
	char args[64];
};

struct who {
	struct image image;
	struct cgroup cgroup;
	struct dns_names names;
};

/* Sets event's image, cgroup and names, which are parts of *who and point into *input. */
void make_who(struct event *event, struct who_input *input, struct who *who);

/* Bytes of a text value, as they were before they were escaped, and their number. */
struct unescaped {
	char bytes[1024];
	size_t n;
};

/* The bytes are these words of a shell, with `between` between two: args and parents of text. */
void check_words(const struct unescaped *value, char between, const char *const words[],
		 const size_t sizes[], size_t n);

#endif
