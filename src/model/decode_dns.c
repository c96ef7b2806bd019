// SPDX-License-Identifier: MIT
#include <errno.h>

#include "contract/dns.h"
#include "model/decode.h"
#include "model/record.h"

int dns_message_decode(const void *data, size_t size, struct dns_message *ret)
{
	struct dns_record record;
	int err = record_read(data, size, EVENT_DNS, &record, sizeof(record));

	if (err)
		return err;
	size -= sizeof(record);
	if (!record.pid || record.flags & ~DNS_FLAGS_ALL || size > DNS_COPY_MAX ||
	    size > record.size)
		return -EBADMSG;
	*ret = (struct dns_message){
		.image = {record.process_start_ns, record.pid, record.exec_id},
		.time_ns = record.time_ns,
		.stream = record.flags & DNS_STREAM,
		.data = (const uint8_t *)data + sizeof(record),
		.size = size,
	};
	return 0;
}
