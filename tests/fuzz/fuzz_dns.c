// SPDX-License-Identifier: MIT
/* Any bytes as a name server's message: what is taken of it is a name, and addresses. */
#include <string.h>

#include "dns/answer.h"
#include "fuzz/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is behind a byte as RFC 1035 writes it. */
static const char *behind_byte(const char *at)
{
	if (*at != '\\')
		return at + 1;
	if (at[1] < '0' || at[1] > '9')
		return at + 2;
	check(strspn(at + 1, "0123456789") >= 3, "%s", at);
	return at + 4;
}

/* Labels of 1 to 63 bytes, printable, in lower case, with dots between them. */
static void check_name(const char *name)
{
	size_t n = strnlen(name, DNS_NAME_ROOM), label = 0, all = 0;
	const char *at = name;

	check(n && n < DNS_NAME_ROOM, "%zu bytes", n);
	for (size_t i = 0; i < n; i++)
		check(name[i] > ' ' && name[i] <= '~' && !(name[i] >= 'A' && name[i] <= 'Z'), "%s",
		      name);
	for (; *at; all++) {
		label = *at == '.' ? 0 : label + 1;
		check(label <= 63 && (label || at[1] != '.'), "%s", name);
		at = behind_byte(at);
		check(at <= name + n, "%s", name);
	}
	check(*name != '.' && label && all <= 253, "%s", name);
}

static void check_answer(const struct dns_answer *answer)
{
	check_name(answer->name);
	check(answer->n >= 1 && answer->n <= DNS_ADDRESSES_MAX, "%zu", answer->n);
	for (size_t i = 0; i < answer->n; i++)
		check(answer->addresses[i].ttl_s >= DNS_TTL_MIN_S &&
			      answer->addresses[i].ttl_s <= DNS_TTL_MAX_S,
		      "%u s", answer->addresses[i].ttl_s);
}

/* From an allocation that ends where the message ends. Its first byte says whether it is TCP's. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct dns_answer answer;
	uint8_t *copy;

	if (!size)
		return 0;
	copy = malloc(size);
	check(copy, "out of memory");
	memcpy(copy, data, size);
	memset(&answer, 0xa5, sizeof(answer));
	if (!dns_answer_parse(copy + 1, size - 1, copy[0] & 1, &answer))
		check_answer(&answer);
	else
		check(answer.n == 0xa5a5a5a5a5a5a5a5, "%zu without an answer", answer.n);
	free(copy);
	return 0;
}
