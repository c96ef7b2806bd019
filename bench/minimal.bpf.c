// SPDX-License-Identifier: MIT
/*
 * The minimal probe, the yardstick of every figure: one program, a record of 16 bytes for each
 * connect(2), and the ring buffer's default wake-up for each record.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "bench/minimal.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4 * 1024 * 1024);
} events SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_connect")
int minimal_enter(void *ctx)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	struct minimal_event event = {
		.time_ns = bpf_ktime_get_ns(),
		.pid = pid_tgid >> 32,
		.tid = (__u32)pid_tgid,
	};

	bpf_ringbuf_output(&events, &event, sizeof(event), 0);
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
