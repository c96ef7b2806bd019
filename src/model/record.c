// SPDX-License-Identifier: MIT
#include "model/record.h"

#include <errno.h>
#include <string.h>

#include "contract/interface.h"

unsigned int record_kind(const void *data, size_t size)
{
	struct record head;

	if (size < sizeof(head))
		return 0;
	memcpy(&head, data, sizeof(head));
	return head.interface == INTERFACE ? head.kind : 0;
}

int record_read(const void *data, size_t size, enum event_kind kind, void *ret, size_t fixed)
{
	struct record head;

	if (size < sizeof(head.interface))
		return -EMSGSIZE;
	/* First of all: a record of another interface may have any size. */
	memcpy(&head.interface, data, sizeof(head.interface));
	if (head.interface != INTERFACE)
		return -EPROTONOSUPPORT;
	if (size < fixed || size > RECORD_SIZE_MAX)
		return -EMSGSIZE;
	memcpy(ret, data, fixed);
	memcpy(&head, ret, sizeof(head));
	if (head.kind != kind)
		return -EBADMSG;
	return head.size == size ? 0 : -EMSGSIZE;
}

char *record_path(char *to, const char *components, size_t size, unsigned int max, bool whole)
{
	size_t end = size; /* of the component that comes next, its NUL included */
	bool slash = whole;

	if (size && components[size - 1])
		return NULL;
	if (!size && whole)
		*to++ = '/';
	while (end) {
		size_t begin = end - 1, n;

		while (begin && components[begin - 1])
			begin--;
		n = end - 1 - begin;
		if (!n || !max-- || memchr(components + begin, '/', n))
			return NULL;
		if (slash)
			*to++ = '/';
		slash = true;
		to = mempcpy(to, components + begin, n);
		end = begin;
	}
	*to++ = '\0';
	return to;
}
