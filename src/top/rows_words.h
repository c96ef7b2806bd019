/* SPDX-License-Identifier: MIT */
/* The words of a filter, as rows_fit() says. Pure; for rows_filter.c. */
#ifndef TOP_ROWS_WORDS_H
#define TOP_ROWS_WORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "util/vector.h"

/* What a word is looked for in. */
enum filter_field {
	FIELD_PID = 1 << 0,
	FIELD_USER = 1 << 1,
	FIELD_COMM = 1 << 2,
	FIELD_EXE = 1 << 3,
	FIELD_CONTAINER = 1 << 4,
	FIELD_UNIT = 1 << 5,
	FIELD_CGROUP = 1 << 6,
	FIELD_ADDRESS = 1 << 7,
	FIELD_PORT = 1 << 8,
	FIELD_STATE = 1 << 9,
	FIELD_ERROR = 1 << 10,
	FIELD_NAME = 1 << 11,
};

struct filter_address {
	uint8_t addr[16];
	uint32_t bits;	   /* of addr that must be the same */
	uint32_t scope_id; /* 0: any */
	bool has_port;
	uint16_t port;
};

/* Numbers of errnos that have names: below 64 of these. */
#define FILTER_ERRORS 4

struct filter_word {
	const char *text; /* not empty */
	bool left_out;	  /* it stood behind `!` */
	bool alternative; /* behind `or`, with all up to the next one: instead of those before */
	unsigned int fields;
	bool has_number, has_address;
	uint32_t number;
	struct filter_address address;
	const char *begins; /* what an address may begin with that it is not: without a bracket */
	uint32_t states;    /* a bit for each TCP_* whose name fits */
	uint64_t errors[FILTER_ERRORS];
	bool has_errors;
};

/* Cuts text into words, which stay there. Adds a struct filter_word for each. 0 or -ENOMEM. */
int words_parse(char *text, struct vector *ret);

#endif
