// SPDX-License-Identifier: MIT
/*
 * load [-c CPU,...] MODE COUNT: makes load in a network namespace of its own, one thread for each
 * CPU named (default: one thread, anywhere). Prints two numbers for each thread: ns per operation
 * on the wall, and of CPU time, which leaves out what other processes took. Does it once, and once
 * more for each line that stdin has: what is compared then differs in nothing but the tracer.
 *
 *   refused   socket, connect to a port where nobody listens, close
 *   accepted  socket, connect to a listener, close by RST, so that no port is left in TIME_WAIT
 *   udp       connect of one UDP socket, again and again
 *   slow      as refused, but one each 31.7 ms, which is in step with nothing
 *   datagram  64 bytes sent and received, by two connected UDP sockets
 *   unnamed   likewise, by sockets that are not connected
 *   stream    likewise, by the ends of a TCP connection
 *   answer    likewise as the first, but what is received is a name server's answer
 *   getppid   a system call that has nothing to do with connections
 *   open      opens COUNT connections and holds them: "OPEN NS" at each step, the NS of the
 *             connects since the last one; then waits for the end of stdin
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define THREADS_MAX 64

/* Operations before the measured ones: caches, and pages of the ring. */
#define WARM_UP 1000

/* Connections in an accept queue before they are taken out; net.core.somaxconn is 4096. */
#define BATCH 1000

/* Descriptors of a process that are none of the connections it holds. */
#define FILES_OTHER 100

/* ns, of all operations that were measured */
struct cost {
	long wall, cpu;
};

struct worker {
	pthread_t thread;
	int cpu; /* -1: any */
	long count;
	struct cost cost;
};

/* Of all workers and the main thread, before each run and after it. */
static pthread_barrier_t barrier;

static void die(const char *what)
{
	fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
	exit(1);
}

static long now(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * 1000000000l + ts.tv_nsec;
}

static void begin(struct cost *cost)
{
	cost->cpu -= now(CLOCK_THREAD_CPUTIME_ID);
	cost->wall -= now(CLOCK_MONOTONIC);
}

static void end(struct cost *cost)
{
	cost->wall += now(CLOCK_MONOTONIC);
	cost->cpu += now(CLOCK_THREAD_CPUTIME_ID);
}

static void own_network(void)
{
	struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	int fd;

	if (unshare(CLONE_NEWNET))
		die("unshare");
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &lo))
		die("lo");
	close(fd);
}

static struct sockaddr_in address(uint32_t host, in_port_t port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET, .sin_port = port, .sin_addr.s_addr = htonl(host)};
}

static int stream_socket(int flags)
{
	int fd = socket(AF_INET, SOCK_STREAM | flags, 0);

	if (fd < 0)
		die("socket");
	return fd;
}

static int listener(struct sockaddr_in *ret)
{
	int fd = stream_socket(SOCK_NONBLOCK);
	socklen_t size = sizeof(*ret);

	*ret = address(INADDR_ANY, 0);
	if (bind(fd, (struct sockaddr *)ret, size) || listen(fd, 4 * BATCH) ||
	    getsockname(fd, (struct sockaddr *)ret, &size))
		die("listen");
	ret->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return fd;
}

static void connect_or_die(int fd, const struct sockaddr_in *to)
{
	if (connect(fd, (const struct sockaddr *)to, sizeof(*to)))
		die("connect");
}

/* Each of these does count operations and adds what they took. */

static void refused(long count, struct cost *cost)
{
	struct sockaddr_in to = address(INADDR_LOOPBACK, htons(1));

	begin(cost);
	for (long i = 0; i < count; i++) {
		int fd = stream_socket(0);

		if (!connect(fd, (struct sockaddr *)&to, sizeof(to)) || errno != ECONNREFUSED)
			die("connect was not refused");
		close(fd);
	}
	end(cost);
}

/* What was connected is accepted outside of the time that is measured. */
static void accepted(long count, struct cost *cost)
{
	const struct linger rst = {.l_onoff = 1};
	struct sockaddr_in to;
	int server = listener(&to), fd;

	for (long done = 0; done < count; done += BATCH) {
		begin(cost);
		for (long i = done; i < done + BATCH && i < count; i++) {
			fd = stream_socket(0);
			setsockopt(fd, SOL_SOCKET, SO_LINGER, &rst, sizeof(rst));
			connect_or_die(fd, &to);
			close(fd);
		}
		end(cost);
		while ((fd = accept(server, NULL, NULL)) >= 0)
			close(fd);
	}
	close(server);
}

static void udp(long count, struct cost *cost)
{
	struct sockaddr_in to = address(INADDR_LOOPBACK, htons(1));
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	begin(cost);
	for (long i = 0; i < count; i++)
		connect_or_die(fd, &to);
	end(cost);
	close(fd);
}

static int udp_socket(in_port_t port, struct sockaddr_in *ret)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0), one = 1;
	socklen_t size = sizeof(*ret);

	*ret = address(INADDR_LOOPBACK, port);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (fd < 0 || bind(fd, (struct sockaddr *)ret, size) ||
	    getsockname(fd, (struct sockaddr *)ret, &size))
		die("UDP socket");
	return fd;
}

/* One operation is a send by one end and a receive by the other. to: of no connection. */
static void send_receive(int from, int by, const struct sockaddr_in *to, long count,
			 struct cost *cost)
{
	/* The head of an answer: RFC 1035, 4.1.1. */
	char bytes[64] = {0x12, 0x34, (char)0x81, (char)0x80};

	begin(cost);
	for (long i = 0; i < count; i++)
		if (sendto(from, bytes, sizeof(bytes), 0, (const struct sockaddr *)to,
			   to ? sizeof(*to) : 0) != sizeof(bytes) ||
		    recv(by, bytes, sizeof(bytes), 0) != sizeof(bytes))
			die("send and receive");
	end(cost);
	close(from);
	close(by);
}

static void datagrams(in_port_t port, long count, struct cost *cost)
{
	struct sockaddr_in from, to;
	int server = udp_socket(port, &from), client = udp_socket(0, &to);

	connect_or_die(client, &from);
	connect_or_die(server, &to);
	send_receive(server, client, NULL, count, cost);
}

static void datagram(long count, struct cost *cost)
{
	datagrams(0, count, cost);
}

static void answer(long count, struct cost *cost)
{
	datagrams(htons(53), count, cost);
}

static void unnamed(long count, struct cost *cost)
{
	struct sockaddr_in from, to;
	int server = udp_socket(0, &from), client = udp_socket(0, &to);

	send_receive(server, client, &to, count, cost);
}

static void stream(long count, struct cost *cost)
{
	struct sockaddr_in to;
	int server = listener(&to), client = stream_socket(0), accepted;

	connect_or_die(client, &to);
	accepted = accept(server, NULL, NULL);
	if (accepted < 0)
		die("accept");
	close(server);
	send_receive(client, accepted, NULL, count, cost);
}

static void slow(long count, struct cost *cost)
{
	for (long i = 0; i < count; i++) {
		usleep(31700);
		refused(1, cost);
	}
}

static void getppid_loop(long count, struct cost *cost)
{
	begin(cost);
	for (long i = 0; i < count; i++)
		syscall(SYS_getppid);
	end(cost);
}

static const struct mode {
	const char *name;
	void (*run)(long count, struct cost *cost);
} modes[] = {{"refused", refused}, {"accepted", accepted},
	     {"udp", udp},	   {"datagram", datagram},
	     {"unnamed", unnamed}, {"stream", stream},
	     {"answer", answer},   {"getppid", getppid_loop},
	     {"slow", slow},	   {}};

static const struct mode *mode;

static void *work(void *arg)
{
	struct worker *worker = arg;
	struct cost ignored = {};
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	if (worker->cpu >= 0) {
		CPU_SET(worker->cpu, &cpus);
		if (sched_setaffinity(0, sizeof(cpus), &cpus))
			die("sched_setaffinity");
	}
	mode->run(worker->count < WARM_UP ? worker->count : WARM_UP, &ignored);
	for (;;) {
		pthread_barrier_wait(&barrier);
		worker->cost = (struct cost){};
		mode->run(worker->count, &worker->cost);
		pthread_barrier_wait(&barrier);
	}
	return NULL;
}

static void print_costs(const struct worker *workers, int threads)
{
	for (const struct worker *worker = workers; worker < workers + threads; worker++)
		printf("%.1f %.1f\n", (double)worker->cost.wall / worker->count,
		       (double)worker->cost.cpu / worker->count);
	fflush(stdout);
}

static void run_all(struct worker *workers, int threads, long count)
{
	char line[8];

	pthread_barrier_init(&barrier, NULL, threads + 1);
	for (int i = 0; i < threads; i++) {
		workers[i].count = count;
		pthread_create(&workers[i].thread, NULL, work, &workers[i]);
	}
	do {
		pthread_barrier_wait(&barrier);
		pthread_barrier_wait(&barrier);
		print_costs(workers, threads);
	} while (fgets(line, sizeof(line), stdin));
}

/* Connections to another address for each BATCH: never many of the ports to one are taken. */
static long open_batch(int server, struct sockaddr_in *to, long done, long count)
{
	struct cost cost = {};

	to->sin_addr.s_addr = htonl(INADDR_LOOPBACK + done / BATCH);
	begin(&cost);
	for (long i = 0; i < count; i++)
		connect_or_die(stream_socket(0), to);
	end(&cost);
	for (long i = 0; i < count; i++)
		if (accept(server, NULL, NULL) < 0)
			die("accept");
	return cost.wall;
}

/*
 * A process that opens connections and holds them, as many as its descriptors allow and at most
 * count; writes the ns of each batch to results. Ends at the end of stdin. Returns its batches.
 */
static long holder(int results, long done, long count)
{
	struct rlimit files;
	struct sockaddr_in to;
	long batches, ns;
	int server;
	char byte;

	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	batches = (files.rlim_max - FILES_OTHER) / 2 / BATCH;
	if (batches > count / BATCH)
		batches = count / BATCH;
	if (fork())
		return batches;
	/* The table of descriptors grows now, not in between. */
	dup2(results, 2 * batches * BATCH + FILES_OTHER - 1);
	server = listener(&to);
	for (long i = 0; i < batches; i++) {
		ns = open_batch(server, &to, done + i * BATCH, BATCH);
		if (write(results, &ns, sizeof(ns)) != sizeof(ns))
			die("write");
	}
	while (read(0, &byte, 1) > 0)
		;
	exit(0);
}

/* One process after the other, because each can have only so many descriptors. */
static void open_and_hold(long count)
{
	const long steps[] = {1000, 2000, 5000, 10000, 20000, 50000, 100000, 200000, 500000};
	const long *step = steps;
	long batches = 0, since = 0, sum = 0, ns;
	int results[2];

	if (pipe(results))
		die("pipe");
	for (long done = BATCH; done <= count; done += BATCH) {
		if (!batches)
			batches = holder(results[1], done - BATCH, count - done + BATCH);
		batches--;
		if (read(results[0], &ns, sizeof(ns)) != sizeof(ns))
			die("read");
		sum += ns;
		if (done < *step && done < count)
			continue;
		printf("%ld %.1f\n", done, (double)sum / (done - since));
		fflush(stdout);
		since = done;
		sum = 0;
		step++;
	}
	while (wait(NULL) > 0)
		;
}

static int parse_cpus(char *list, struct worker *workers)
{
	int n = 0;

	for (char *at = strtok(list, ","); at && n < THREADS_MAX; at = strtok(NULL, ","))
		workers[n++].cpu = atoi(at);
	return n;
}

int main(int argc, char **argv)
{
	struct worker workers[THREADS_MAX] = {{.cpu = -1}};
	int threads = 1;
	long count;

	if (argc > 2 && !strcmp(argv[1], "-c")) {
		threads = parse_cpus(argv[2], workers);
		argv += 2;
		argc -= 2;
	}
	count = argc == 3 ? atol(argv[2]) : 0;
	for (mode = modes; mode->name && argc == 3 && strcmp(mode->name, argv[1]);)
		mode++;
	if (count <= 0 || threads == 0 || (!mode->name && strcmp(argv[1], "open"))) {
		fprintf(stderr, "usage: load [-c CPU,...] MODE COUNT\n");
		return 2;
	}
	own_network();
	if (!mode->name) {
		open_and_hold(count);
		return 0;
	}
	run_all(workers, threads, count);
	return 0;
}
