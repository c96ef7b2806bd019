// SPDX-License-Identifier: MIT
/*
 * Answers of name servers, as a process receives them: EVENT_DNS. Taken where the process itself
 * takes them, so that it is known whose they are, and before any attempt that it makes with them.
 *
 * dns_recv is at the end of each receive from a socket (Linux 6.3 and later), and dns_send at that
 * of each send: of sockets that are not connected, it keeps what they ask name servers, which the
 * receive does not show. Where the kernel has no such tracepoint, dns_consume is where a datagram's
 * memory is freed once it was received. That does not serve later kernels, which put it off.
 */
#include "bpf/gate.bpf.h"
#include "bpf/identity.bpf.h"
#include "bpf/message.bpf.h"
#include "bpf/scratch.bpf.h"
#include "contract/dns.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>

/* RFC 1035, 4.1.1: bytes of a message's header, and where in it the bit is that marks an answer. */
#define DNS_HEADER   12
#define DNS_QR_BYTE  2
#define DNS_QR	     0x80
#define DNS_LENGTH   2	    /* 4.2.2: over TCP, bytes before each message that say how long it is */
#define UDP_HEADER   8	    /* RFC 768 */
#define MSG_TRUNC    0x20   /* linux/socket.h */
#define MSG_ERRQUEUE 0x2000 /* likewise: what was sent comes back, with an error */

/* Questions of a socket that are remembered, by their ids: the last ones. */
#define DNS_QUESTIONS 8

/* What a socket that is not connected has asked name servers. */
struct questions {
	__u32 n;   /* so far */
	__u32 any; /* one of which the id is not known was among them */
	__u16 ids[DNS_QUESTIONS];
};

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct questions);
} dns_askers SEC(".maps");

/* An answer that was received. */
struct received {
	__u32 size;  /* of what the process got */
	__u32 n;     /* its first bytes that can be read, DNS_COPY_MAX at most */
	__u32 flags; /* DNS_* */
	bool user;   /* it is read from the process's memory */
	const void *data;
};

static __always_inline void count_unread(void)
{
	__sync_fetch_and_add(&shared.dns_unread, 1);
}

/* Whose message it is: the current process's. Its head follows with scratch_send(). */
static __always_inline void record_begin(struct dns_record *record, const struct received *received)
{
	const struct task_struct *task = current_task();
	const struct task_struct *leader = READ_PTR(task, group_leader);

	record->time_ns = bpf_ktime_get_boot_ns();
	record->process_start_ns = READ_TRUSTED(leader, start_boottime);
	record->pid = READ_TRUSTED(task, tgid);
	record->exec_id = READ_TRUSTED(leader, self_exec_id);
	record->flags = received->flags;
	record->size = received->size;
}

/*
 * Whether it has the id of a question. Who sends to a socket that is not connected can be anyone.
 * questions: NULL: the socket is connected to a name server.
 */
static __always_inline bool was_asked(const struct questions *questions,
				      const struct dns_record *record)
{
	__u16 id = *(const __u16 *)record->data; /* as the question has it */

	if (!questions || questions->any)
		return true;
	for (__u32 i = 0; i < DNS_QUESTIONS; i++)
		if (i < questions->n && questions->ids[i] == id)
			return true;
	return false;
}

/* Not what was asked. In a stream, the header may come behind the length or not. */
static __always_inline bool is_answer(const struct dns_record *record)
{
	__u8 bits = record->data[DNS_QR_BYTE];

	if (record->flags & DNS_STREAM)
		bits |= record->data[DNS_QR_BYTE + DNS_LENGTH];
	return bits & DNS_QR;
}

static __always_inline bool record_read(struct dns_record *record, const struct received *received)
{
	__u32 n = received->n;

	/* For the verifier, which forgets what was compared before. */
	asm volatile("" : "+r"(n));
	if (n > DNS_COPY_MAX)
		n = DNS_COPY_MAX;
	if (received->user)
		return !bpf_probe_read_user(record->data, n, received->data);
	return !bpf_probe_read_kernel(record->data, n, received->data);
}

/*
 * Whoever can have a name server of his own can have answers at any rate. A quarter of the ring is
 * for events only: config.wakeup_size is an eighth of it.
 */
static __always_inline bool has_room(void)
{
	return bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA) < 6 * (__u64)config.wakeup_size;
}

static __always_inline void answer_send(const struct received *received,
					const struct questions *questions)
{
	struct dns_record *record;
	struct scratch *scratch;

	if (!has_room()) {
		COUNT(context);
		return;
	}
	scratch = scratch_claim();
	if (!scratch) {
		count_unread();
		return;
	}
	record = (struct dns_record *)scratch->record;
	record_begin(record, received);
	if (!record_read(record, received)) {
		count_unread();
	} else if (is_answer(record) && was_asked(questions, record)) {
		scratch->size = sizeof(*record) + received->n;
		scratch_send(scratch, EVENT_DNS);
	}
	scratch_release(scratch);
}

static __always_inline bool is_inet(const struct sock *sk)
{
	__u16 family = READ_TRUSTED(sk, __sk_common.skc_family);

	return family == AF_INET || family == AF_INET6;
}

/* Whether the socket talks to a name server. *ret: what it has asked, if it is not connected. */
static __always_inline bool is_asker(struct sock *sk, const struct questions **ret)
{
	__be16 port = READ_TRUSTED(sk, __sk_common.skc_dport);

	*ret = NULL;
	if (port == bpf_htons(DNS_PORT))
		return is_inet(sk);
	/* Most sockets have nothing stored: a load says so, for less than the helper's call. */
	if (port || !config.dns_unconnected || !READ_TRUSTED(sk, sk_bpf_storage) ||
	    READ_TRUSTED(sk, sk_protocol) != IPPROTO_UDP)
		return false;
	*ret = bpf_sk_storage_get(&dns_askers, sk, NULL, 0);
	return *ret;
}

/*
 * Finds where the process has what it received. The call that it is in must name the socket. Of a
 * message that lies in several places, more than the first would have to be read.
 */
static __always_inline bool received_find(struct received *received, const struct sock *sk,
					  int flags)
{
	const struct pt_regs *regs = registers_of_current();
	struct task_struct *task = current_task();
	struct user_buffer buffer = {};

	if (READ_TRUSTED(task, flags) & PF_IO_WORKER || in_compat_syscall(task) ||
	    sock_of_call(regs) != sk ||
	    !buffer_of_call(&buffer, regs, received->flags & DNS_STREAM))
		return false;
	received->size -= buffer.before;
	/* A datagram can be longer than what was taken of it, and its whole length be told. */
	if (flags & MSG_TRUNC && buffer.last && received->size > buffer.len)
		received->size = buffer.len;
	received->n = received->size < DNS_COPY_MAX ? received->size : DNS_COPY_MAX;
	received->data = (const void *)buffer.base;
	return received->n <= buffer.len;
}

static __always_inline void receive(const struct sock *sk, int size, int flags,
				    const struct questions *questions)
{
	__u16 protocol = READ_TRUSTED(sk, sk_protocol);
	struct received received = {.size = size, .user = true};

	if (protocol != IPPROTO_UDP)
		received.flags = DNS_STREAM;
	/* With MSG_TRUNC, what comes from a stream is thrown away. */
	if (received.flags & DNS_STREAM &&
	    ((protocol != IPPROTO_TCP && protocol != IPPROTO_MPTCP) || flags & MSG_TRUNC))
		return;
	if (!received_find(&received, sk, flags))
		count_unread();
	else if (received.n >= DNS_HEADER)
		answer_send(&received, questions);
}

SEC("raw_tp/sock_recv_length")
int BPF_PROG(dns_recv, struct sock *sk, int ret, int flags)
{
	const struct questions *questions;

	if (!is_our_turn() || !is_asker(sk, &questions) || ret < DNS_HEADER ||
	    flags & MSG_ERRQUEUE || READ_TRUSTED_BITFIELD(sk, sk_kern_sock) ||
	    READ_TRUSTED(current_task(), flags) & PF_KTHREAD)
		return 0;
	receive(sk, ret, flags, questions);
	return 0;
}

static __always_inline void remember(struct questions *questions, const struct pt_regs *regs)
{
	const void *message = sent_by_call(regs);
	__u16 id;

	if (!message || bpf_probe_read_user(&id, sizeof(id), message)) {
		questions->any = true;
		return;
	}
	questions->ids[questions->n % DNS_QUESTIONS] = id;
	questions->n++;
}

SEC("raw_tp/sock_send_length")
int BPF_PROG(dns_send, struct sock *sk, int ret, int flags)
{
	struct questions *questions;
	const struct pt_regs *regs;
	struct task_struct *task;

	/* No question is longer than what UDP carries; what moves data in bulk is. */
	if (!is_our_turn() || READ_TRUSTED(sk, __sk_common.skc_dport) || ret < DNS_HEADER ||
	    ret > DNS_COPY_MAX || READ_TRUSTED(sk, sk_protocol) != IPPROTO_UDP || !is_inet(sk))
		return 0;
	regs = registers_of_current();
	if (port_of_call(regs) != bpf_htons(DNS_PORT))
		return 0;
	task = current_task();
	if (READ_TRUSTED(task, flags) & (PF_KTHREAD | PF_IO_WORKER) || in_compat_syscall(task) ||
	    sock_of_call(regs) != sk)
		return 0;
	questions = bpf_sk_storage_get(&dns_askers, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);
	if (questions)
		remember(questions, regs);
	return 0;
}

/*
 * Whether the current process has a call for the socket that the datagram was for. Memory can be
 * freed anywhere; an interrupt, under whatever task is there.
 */
static __always_inline bool is_received_by_current(__u16 port)
{
	struct task_struct *task = current_task();
	const struct sock *sk;

	if (READ_TRUSTED(task, flags) & (PF_KTHREAD | PF_IO_WORKER) || in_compat_syscall(task))
		return false;
	sk = sock_of_call(registers_of_current());
	return sk && READ_ADDR(sk, sk_protocol) == IPPROTO_UDP &&
	       READ_ADDR(sk, __sk_common.skc_num) == port;
}

/* A datagram that was received is without its headers, unlike all others. */
SEC("raw_tp/consume_skb")
int BPF_PROG(dns_consume, struct sk_buff *skb)
{
	const unsigned char *data = READ_TRUSTED(skb, data), *header;
	__u32 size, linear;
	struct {
		__be16 from, to;
	} ports = {};

	header = READ_TRUSTED(skb, head) + READ_TRUSTED(skb, transport_header);
	if (data != header + UDP_HEADER || !is_our_turn())
		return 0;
	bpf_probe_read_kernel(&ports, sizeof(ports), header);
	size = READ_TRUSTED(skb, len);
	if (ports.from != bpf_htons(DNS_PORT) || size < DNS_HEADER)
		return 0;
	linear = size - READ_TRUSTED(skb, data_len);
	if (linear >= DNS_HEADER && is_received_by_current(bpf_ntohs(ports.to))) {
		struct received received = {
			.size = size,
			.n = linear < DNS_COPY_MAX ? linear : DNS_COPY_MAX,
			.data = data,
		};

		answer_send(&received, NULL);
	} else {
		count_unread();
	}
	return 0;
}
