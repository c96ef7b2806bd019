// SPDX-License-Identifier: MIT
/*
 * What cannot be had cheaper: empty programs where tpconnect attaches, and a record of its size
 * without wake-up. floor.c attaches those that it is told to.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "contract/attempt.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 16 * 1024 * 1024);
} events SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_connect")
int empty_enter(void *ctx)
{
	return 0;
}

SEC("tracepoint/syscalls/sys_exit_connect")
int empty_exit(void *ctx)
{
	return 0;
}

SEC("tp_btf/inet_sock_set_state")
int empty_state(void *ctx)
{
	return 0;
}

SEC("tp_btf/inet_sock_set_state")
int empty_state_again(void *ctx)
{
	return 0;
}

SEC("tp_btf/sock_recv_length")
int empty_recv(void *ctx)
{
	return 0;
}

SEC("tp_btf/sock_send_length")
int empty_send(void *ctx)
{
	return 0;
}

SEC("tracepoint/syscalls/sys_enter_connect")
int record_enter(void *ctx)
{
	struct attempt_record *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (!event)
		return 0;
	__builtin_memset(event, 0, sizeof(*event));
	bpf_ringbuf_submit(event, BPF_RB_NO_WAKEUP);
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
