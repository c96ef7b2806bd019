/* SPDX-License-Identifier: MIT */
/*
 * The kernel's types, with only the fields that are read. CO-RE finds each by name when the program
 * is loaded, so order and offsets here mean nothing.
 */
#ifndef BPF_KERNEL_H
#define BPF_KERNEL_H

#include <stdbool.h>
#include <linux/types.h>
#include <linux/bpf.h>

#define AF_INET	      2
#define AF_INET6      10
#define SOCK_DEAD     0 /* bits of skc_flags, enum sock_flags of net/sock.h: closed by its owner */
#define SOCK_DONE     1 /* the peer's FIN came */
#define RCV_SHUTDOWN  1 /* bit of sk_shutdown: its owner reads no more, or the peer's FIN came */
#define SHUTDOWN_MASK 3 /* its owner neither reads nor writes: what a close begins with */

/* Bits of sk_userlocks, net/sock.h: its port was chosen by bind(2), or by connect(2). */
#define SOCK_BINDPORT_LOCK 8
#define SOCK_CONNECT_BIND  16

#define IPPROTO_TCP   6
#define IPPROTO_UDP   17
#define IPPROTO_MPTCP 262
#define S_IFMT	      0170000
#define S_IFSOCK      0140000

#define MNT_INTERNAL 0x4000 /* linux/mount.h: a mount that the kernel has for itself */

#define PF_IO_WORKER 0x00000010 /* linux/sched.h: io_uring's workers and SQPOLL threads */
#define PF_KTHREAD   0x00200000

/* linux/net.h */
typedef enum {
	SS_UNCONNECTED = 1,
} socket_state;

/* net/tcp_states.h */
enum {
	TCP_ESTABLISHED = 1,
	TCP_SYN_SENT = 2,
	TCP_SYN_RECV = 3,
	TCP_FIN_WAIT1 = 4,
	TCP_FIN_WAIT2 = 5,
	TCP_TIME_WAIT = 6,
	TCP_CLOSE = 7,
	TCP_CLOSE_WAIT = 8,
	TCP_LAST_ACK = 9,
	TCP_LISTEN = 10,
	TCP_CLOSING = 11,
	TCP_NEW_SYN_RECV = 12,
};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct ns_common {
	unsigned int inum;
};

struct net {
	struct ns_common ns;
};

typedef struct {
	struct net *net;
} possible_net_t;

struct in6_addr {
	union {
		__u8 u6_addr8[16];
	} in6_u;
};

struct hlist_nulls_node {
	struct hlist_nulls_node **pprev; /* NULL: it is in no list */
};

struct sock_common {
	int skc_bound_dev_if;
	__be32 skc_daddr;
	__be32 skc_rcv_saddr;
	__be16 skc_dport;
	__u16 skc_num;
	unsigned short skc_family;
	volatile unsigned char skc_state;
	unsigned long skc_flags;
	possible_net_t skc_net;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
	struct hlist_nulls_node skc_nulls_node; /* in the table of all that are not closed */
};

struct sk_buff {
	struct sk_buff *prev;
	unsigned int len, data_len; /* of these, so many bytes are not in what data points to */
	__u16 transport_header;	    /* where it begins, from head */
	unsigned char *head, *data;
	char cb[48];
};

struct sk_buff_head {
	struct sk_buff *prev; /* the last */
	__u32 qlen;
};

typedef struct {
	int counter;
} atomic_t;

/* Of x86-64 and arm64 with more than one CPU. Real-time kernels have another spinlock_t. */
typedef struct qspinlock {
	atomic_t val;
} arch_spinlock_t;

typedef struct raw_spinlock {
	arch_spinlock_t raw_lock;
} raw_spinlock_t;

typedef struct spinlock {
	struct raw_spinlock rlock;
} spinlock_t;

typedef struct {
	spinlock_t slock;
	int owned; /* a thread is at work on the socket, or was when a packet came */
} socket_lock_t;

struct cgroup;

struct sock_cgroup_data {
	struct cgroup *cgroup;
};

struct sock {
	struct sock_common __sk_common;
	struct sock_cgroup_data sk_cgrp_data;
	socket_lock_t sk_lock;
	__u16 sk_type;
	__u16 sk_protocol;
	int sk_err;
	int sk_err_soft;
	struct sk_buff_head sk_error_queue;
	__u8 sk_shutdown;
	__u8 sk_kern_sock : 1;
	__u8 sk_userlocks; /* a bit field before Linux 6.18 or so */
	struct socket *sk_socket;
	struct bpf_local_storage *sk_bpf_storage; /* CONFIG_BPF_SYSCALL */
};

struct inet_sock {
	__be16 inet_sport;
};

/* Who has a source port. */
struct inet_bind_bucket {
	signed char fastreuse;
};

struct inet_connection_sock {
	struct inet_sock icsk_inet;
	struct inet_bind_bucket *icsk_bind_hash;
	void *icsk_ulp_data;
};

struct tcp_fastopen_request;

struct tcp_sock {
	struct inet_connection_sock inet_conn;
	__u8 repair : 1;
	bool is_mptcp;
	__u8 tcp_usec_ts : 1;
	__u32 retrans_stamp; /* until it is established: when the first SYN was sent */
	__u32 write_seq;
	__u32 snd_una;
	__u32 snd_nxt;
	__u32 snd_wnd;
	__u32 segs_out;
	__u32 mss_cache;
	int linger2;
	__u64 bytes_acked;
	__u64 bytes_sent;
	__u64 bytes_received;
	__u64 bytes_retrans;
	__u32 total_retrans;
	__u32 srtt_us;
	__u64 tcp_mstamp; /* CLOCK_MONOTONIC, us: the last segment sent or received */
	struct tcp_fastopen_request *fastopen_req;
};

/* In sk_buff.cb of a segment that is or was in a send queue. */
struct tcp_skb_cb {
	__u16 tcp_gso_segs;
};

/* uapi/linux/errqueue.h, which also has these two origins. */
struct sock_extended_err {
	__u32 ee_errno;
	__u8 ee_origin;
};

#define SO_EE_ORIGIN_ICMP  2
#define SO_EE_ORIGIN_ICMP6 3

/* In sk_buff.cb of an entry of sk_error_queue. */
struct sock_exterr_skb {
	struct sock_extended_err ee;
};

/* Begins with a pointer: see pointer_at(). */
struct list_head {
	struct list_head *next;
};

struct mptcp_subflow_context {
	struct list_head node; /* in conn_list */
	struct sock *tcp_sock;
	struct sock *conn; /* the MPTCP connection's own socket */
};

struct mptcp_sock {
	struct sock *first;	    /* the subflow that the program itself asked for */
	struct list_head conn_list; /* all subflows, that one among them */
};

struct socket {
	socket_state state;
	struct sock *sk;
};

struct super_block {
	__u32 s_dev;
};

struct inode {
	unsigned short i_mode;
	unsigned long i_ino;
	struct super_block *i_sb;
};

struct qstr {
	const unsigned char *name;
};

struct hlist_bl_node {
	struct hlist_bl_node **pprev;
};

struct dentry {
	struct hlist_bl_node d_hash;
	struct dentry *d_parent;
	struct qstr d_name;
};

struct vfsmount {
	struct dentry *mnt_root;
	int mnt_flags;
};

struct mnt_namespace {
	struct ns_common ns;
};

struct mount {
	struct mount *mnt_parent; /* of the topmost: itself */
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
	struct mnt_namespace *mnt_ns;
};

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

struct file {
	struct inode *f_inode;
	void *private_data;
	struct path f_path;
};

struct mm_struct {
	struct file *exe_file;
	unsigned long arg_start, arg_end;
};

/* What exec(2) is about to run. */
struct linux_binprm {
	const char *filename; /* as it was given */
	const char *interp;
};

struct fs_struct {
	struct path pwd;
};

struct new_utsname {
	char nodename[65];
};

struct uts_namespace {
	struct new_utsname name;
	struct ns_common ns;
};

struct nsproxy {
	struct uts_namespace *uts_ns;
};

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};

struct files_struct {
	struct fdtable *fdt;
};

typedef struct {
	unsigned int val;
} kuid_t;

struct user_namespace {
	struct user_namespace *parent;
	int level; /* of the initial one: 0 */
	kuid_t owner;
	struct ns_common ns;
};

struct cred {
	kuid_t uid;
	kuid_t euid;
	struct user_namespace *user_ns;
};

struct signal_struct {
	atomic_t live;
};

struct thread_info {
	unsigned long flags;
	__u32 status; /* x86 */
};

struct notification;

struct seccomp_filter {
	struct seccomp_filter *prev;
	struct notification *notif; /* NULL: no supervisor listens */
};

struct seccomp {
	struct seccomp_filter *filter; /* the last, which comes first */
};

struct io_uring_task;

struct kernfs_node {
	__u64 id;
	const char *name;
	struct kernfs_node *__parent;
};

/* Before Linux 6.15 (633488947ef6): see kernfs_parent(). */
struct kernfs_node___before_6_15 {
	struct kernfs_node *parent;
};

struct cgroup_subsys_state {
	struct cgroup *cgroup;
	struct cgroup_subsys_state *parent;
};

struct cgroup {
	struct cgroup_subsys_state self;
	int level; /* of the root: 0 */
	struct kernfs_node *kn;
};

/* See ancestor_cgroup_id(). */
struct cgroup___before_6_1 {
	__u64 ancestor_ids[0]; /* level + 1, itself the last */
};

struct css_set {
	struct cgroup *dfl_cgrp; /* of version 2 */
	struct cgroup_subsys_state *subsys[0];
};

/* The numbers are the kernel's own. */
enum cgroup_subsys_id {
	cpu_cgrp_id,
	memory_cgrp_id,
	pids_cgrp_id,
};

struct task_struct {
	struct thread_info thread_info;
	void *stack;
	unsigned int flags;
	int pid;
	int tgid;
	struct task_struct *real_parent;
	struct task_struct *group_leader;
	__u64 start_boottime;
	const struct cred *cred;
	char comm[16];
	struct mm_struct *mm;
	struct fs_struct *fs;
	struct files_struct *files;
	struct nsproxy *nsproxy;
	__u64 self_exec_id;
	kuid_t loginuid;
	unsigned int sessionid;
	struct signal_struct *signal;
	struct css_set *cgroups;
	struct seccomp seccomp;
	struct io_uring_task *io_uring;
};

struct trace_entry {
	int pid;
};

struct trace_event_raw_inet_sock_set_state {
	const void *skaddr;
	int oldstate;
	int newstate;
};

struct trace_event_raw_sys_enter {
	struct trace_entry ent;
	unsigned long args[6];
};

struct trace_event_raw_sys_exit {
	struct trace_entry ent;
	long ret;
};

struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
};

struct bpf_iter__task_file {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	__u32 fd;
	struct file *file;
};

struct bpf_iter__tcp {
	struct bpf_iter_meta *meta;
	struct sock_common *sk_common;
};

struct bpf_iter__bpf_map_elem {
	struct bpf_iter_meta *meta;
	void *key, *value;
};

struct trace_event_raw_tcp_retransmit_skb {
	int err;
};

#if defined(__TARGET_ARCH_x86)
struct pt_regs {
	unsigned long di, si, dx, r8, orig_ax;
};
#elif defined(__TARGET_ARCH_arm64)
struct user_pt_regs {
	__u64 regs[31];
	__u64 pstate;
};
struct pt_regs {
	union {
		struct user_pt_regs user_regs;
	};
	__u64 orig_x0;
	int syscallno;
};
#endif

#pragma clang attribute pop

#endif
