/* shim.c - preloaded into the program under test: makes its K-th system call fail, or ends it there */
// SPDX-License-Identifier: GPL-3.0-or-later
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

/*
 * A filter traps the system calls that libc makes, wherever in it, and the handler of the trap does
 * them in its stead, from an address that the filter lets pass. The environment says what else:
 *
 *	FAULT_DO      one of the names in `faults`
 *	FAULT_AT      which of the calls that this fault can happen to, from 1
 *	FAULT_CALL    only calls of this name count
 *	FAULT_SINCE   only calls after the first one of this name count
 *	FAULT_LACKS   names, of what the file system can't do: "renameat2" with flags, "tmpfile"
 *	FAULT_CHILD   1: in a forked child instead
 *	FAULT_OUT     a file to append to, locked until the last of us and our children has gone:
 *	              "hit CALL" when it happens, and with
 *	FAULT_LOG     what was done to files, for whoever wants to know what a power cut leaves
 *	FAULT_CLOCK   seconds by which the time of day is wrong
 */
enum family {
	READS = 1 << 0,
	WRITES = 1 << 1,
	OPENS = 1 << 2,
	CREATES = 1 << 3,
	NAMES = 1 << 4,
	SYNCS = 1 << 5,
	NETWORK = 1 << 6,
	LOCKS = 1 << 7,
	CLOSES = 1 << 8,
	WAITS = 1 << 9,
	EVERY = (1 << 10) - 1,
	STATS = 1 << 10,
};

static const struct call {
	int number;
	int families;
	const char *name;
} calls[] = {
	{ SYS_read, READS, "read" },
	{ SYS_pread64, READS, "pread" },
	{ SYS_getdents64, READS, "getdents" },
	{ SYS_write, WRITES, "write" },
	{ SYS_pwrite64, WRITES, "pwrite" },
	{ SYS_ftruncate, WRITES, "ftruncate" },
	{ SYS_openat, OPENS, "openat" },
	{ SYS_linkat, NAMES, "linkat" },
	{ SYS_renameat, NAMES, "renameat" },
	{ SYS_renameat2, NAMES, "renameat2" },
	{ SYS_unlinkat, NAMES, "unlinkat" },
	{ SYS_mkdirat, NAMES, "mkdirat" },
	{ SYS_fsync, SYNCS, "fsync" },
	{ SYS_fdatasync, SYNCS, "fdatasync" },
	{ SYS_socket, OPENS, "socket" },
	{ SYS_connect, NETWORK, "connect" },
	{ SYS_sendto, NETWORK, "sendto" },
	{ SYS_recvfrom, NETWORK, "recvfrom" },
	{ SYS_poll, WAITS, "poll" },
	{ SYS_fcntl, LOCKS, "fcntl" },
	{ SYS_flock, LOCKS, "flock" },
	{ SYS_close, CLOSES, "close" },
	{ SYS_newfstatat, STATS, "newfstatat" },
};

enum { CALLS = sizeof calls / sizeof *calls };

/* A signal to send to ourselves, or an error. */
static const struct fault {
	const char *name;
	int families;
	int signal;
	int number;
} faults[] = {
	{ "kill", EVERY, SIGKILL, 0 },
	{ "term", EVERY, SIGTERM, 0 },
	{ "stop", EVERY, SIGSTOP, 0 },
	{ "eio", READS | WRITES | OPENS | NAMES | SYNCS | STATS, 0, EIO },
	{ "enospc", WRITES | CREATES | NAMES | SYNCS, 0, ENOSPC },
	{ "edquot", WRITES | CREATES | NAMES | SYNCS, 0, EDQUOT },
	{ "eintr", READS | WRITES | OPENS | SYNCS | NETWORK | LOCKS | CLOSES | WAITS, 0, EINTR },
	{ "emfile", OPENS, 0, EMFILE },
	{ "enfile", OPENS, 0, ENFILE },
	{ "enomem", OPENS | STATS, 0, ENOMEM },
	{ "enolck", LOCKS, 0, ENOLCK },
	{ "reset", NETWORK, 0, ECONNRESET },
	{ "short", READS | WRITES | NETWORK, 0, 0 },
};

static struct {
	const struct fault *fault;
	const char *call;
	const char *since;
	const char *lacks;
	long at;
	long count;
	pid_t pid; /* whose calls count; 0: those of the first child */
	pid_t first;
	int out;
	int is_logging;
	time_t clock;
} shim = { .out = -1 };

static long raw(long number, long a, long b, long c, long d, long e, long f)
{
	long result;
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}

static long raw_on(const struct call *call, const long *a)
{
	return raw(call->number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...)
{
	char line[512];
	va_list args;

	va_start(args, format);
	int len = vsnprintf(line, sizeof line, format, args);
	va_end(args);
	if (shim.out >= 0 && len > 0)
		raw(SYS_write, shim.out, (long)line, len, 0, 0, 0);
}

static unsigned long inode_of(long fd)
{
	struct stat st;

	return raw(SYS_fstat, fd, (long)&st, 0, 0, 0, 0) == 0 ? st.st_ino : 0;
}

static unsigned long inode_at(long folder, long path)
{
	struct stat st;

	return raw(SYS_newfstatat, folder, path, (long)&st, AT_SYMLINK_NOFOLLOW, 0, 0) == 0 ?
		st.st_ino : 0;
}

static void log_bytes(long fd, long offset, const unsigned char *bytes, long len)
{
	say("write %lu %ld ", inode_of(fd), offset);
	for (long i = 0; i < len; i++)
		say("%02x", bytes[i]);
	say("\n");
}

/* One line for each change of a file or folder that was done. */
static void log_call(const struct call *call, const long *a, long result)
{
	switch (call->number) {
	case SYS_pwrite64:
		log_bytes(a[0], a[3], (const unsigned char *)a[1], result);
		break;
	case SYS_write:
		if (a[0] == STDERR_FILENO)
			say("said\n");
		break;
	case SYS_ftruncate:
		say("truncate %lu %ld\n", inode_of(a[0]), a[1]);
		break;
	case SYS_openat:
		if (a[2] & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY)))
			say("create %lu\n", inode_of(result));
		break;
	case SYS_linkat:
		say("link %lu %s %lu\n", inode_of(a[2]), (const char *)a[3], inode_at(a[2], a[3]));
		break;
	case SYS_unlinkat:
		say("unlink %lu %s\n", inode_of(a[0]), (const char *)a[1]);
		break;
	case SYS_renameat:
	case SYS_renameat2:
		say("rename %lu %s %lu %s\n", inode_of(a[0]), (const char *)a[1], inode_of(a[2]),
		    (const char *)a[3]);
		break;
	case SYS_fsync:
	case SYS_fdatasync:
		say("sync %lu\n", inode_of(a[0]));
		break;
	default:
		break;
	}
}

/* A short transfer is of one byte, which none of the callers may take for the whole. */
static int shorten(const struct call *call, long *a)
{
	int is_transfer = call->families & (READS | WRITES | NETWORK) &&
			  call->number != SYS_ftruncate && call->number != SYS_getdents64 &&
			  call->number != SYS_connect;

	if (!is_transfer || a[2] < 2)
		return 0;
	a[2] = 1;
	return 1;
}

static int families_of(const struct call *call, const long *a)
{
	if (call->number == SYS_fcntl && a[1] != F_OFD_SETLK)
		return 0;
	if (call->number == SYS_openat && a[2] & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY)))
		return OPENS | CREATES;
	return call->families;
}

static int is_counted(void)
{
	pid_t pid = (pid_t)raw(SYS_getpid, 0, 0, 0, 0, 0, 0);

	if (shim.pid == 0 && pid != shim.first)
		shim.pid = pid;
	return pid == shim.pid;
}

static int is_too_early(const struct call *call)
{
	int is_early = shim.since != NULL;

	if (is_early && strcmp(shim.since, call->name) == 0)
		shim.since = NULL;
	return is_early;
}

/* The error of a call that the file system has never heard of, 0 for others. */
static int lacking(const struct call *call, const long *a)
{
	if (!shim.lacks)
		return 0;
	if (call->number == SYS_renameat2 && a[4] && strstr(shim.lacks, "renameat2"))
		return EINVAL;
	if (call->number == SYS_openat && a[2] & O_TMPFILE & ~O_DIRECTORY &&
	    strstr(shim.lacks, "tmpfile"))
		return EOPNOTSUPP;
	return 0;
}

/* Whether the fault happens to this call; a call that is to be short is made so. */
static int is_hit(const struct call *call, long *a)
{
	long args[6];

	if (!shim.fault || !is_counted() || !(families_of(call, a) & shim.fault->families))
		return 0;
	if (is_too_early(call) || (shim.call && strcmp(shim.call, call->name) != 0))
		return 0;
	memcpy(args, a, sizeof args);
	int is_short = !shim.fault->signal && !shim.fault->number;
	if ((is_short && !shorten(call, args)) || ++shim.count != shim.at)
		return 0;
	memcpy(a, args, sizeof args);
	say("hit %s\n", call->name);
	return 1;
}

static long do_call(const struct call *call, long *a)
{
	if (is_hit(call, a)) {
		if (shim.fault->signal)
			raw(SYS_kill, raw(SYS_getpid, 0, 0, 0, 0, 0, 0), shim.fault->signal, 0, 0, 0, 0);
		else if (call->number == SYS_close)
			raw_on(call, a);
		if (shim.fault->number)
			return -shim.fault->number;
	}
	int lack = lacking(call, a);
	if (lack)
		return -lack;
	long result = raw_on(call, a);
	if (shim.is_logging && result >= 0)
		log_call(call, a, result);
	return result;
}

static void trapped(int number, siginfo_t *info, void *context)
{
	greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
	long a[6] = { registers[REG_RDI], registers[REG_RSI], registers[REG_RDX],
		      registers[REG_R10], registers[REG_R8],  registers[REG_R9] };

	(void)number;
	for (size_t i = 0; i < CALLS; i++)
		if (calls[i].number == info->si_syscall)
			registers[REG_RAX] = do_call(&calls[i], a);
}

struct range {
	unsigned long low;
	unsigned long high;
};

static int find_libc(struct dl_phdr_info *info, size_t size, void *data)
{
	struct range *range = data;

	(void)size;
	if (!strstr(info->dlpi_name, "/libc.so"))
		return 0;
	for (size_t i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];
		if (part->p_type != PT_LOAD || !(part->p_flags & PF_X))
			continue;
		range->low = info->dlpi_addr + part->p_vaddr;
		range->high = range->low + part->p_memsz;
	}
	return 1;
}

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define LOAD_HIGH() \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, instruction_pointer) + 4)
#define JUMP(test, value, yes, no) BPF_JUMP(BPF_JMP | (test) | BPF_K, (unsigned)(value), yes, no)
#define RETURN(value) BPF_STMT(BPF_RET | BPF_K, value)

/* A program that is executed by this one has its libc elsewhere, and is let alone. */
static void set_trap(const struct range *libc)
{
	const struct sock_filter head[] = {
		LOAD_HIGH(),
		JUMP(BPF_JEQ, libc->low >> 32, 1, 0),
		RETURN(SECCOMP_RET_ALLOW),
		LOAD(instruction_pointer),
		JUMP(BPF_JGE, libc->low, 1, 0),
		RETURN(SECCOMP_RET_ALLOW),
		JUMP(BPF_JGE, libc->high, 0, 1),
		RETURN(SECCOMP_RET_ALLOW),
		LOAD(nr),
	};
	enum { HEAD = sizeof head / sizeof *head };
	struct sock_filter filter[HEAD + 2 * CALLS + 1];
	struct sock_fprog program = { sizeof filter / sizeof *filter, filter };

	memcpy(filter, head, sizeof head);
	for (size_t i = 0; i < CALLS; i++) {
		filter[HEAD + 2 * i] = (struct sock_filter)JUMP(BPF_JEQ, calls[i].number, 0, 1);
		filter[HEAD + 2 * i + 1] = (struct sock_filter)RETURN(SECCOMP_RET_TRAP);
	}
	filter[HEAD + 2 * CALLS] = (struct sock_filter)RETURN(SECCOMP_RET_ALLOW);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		_exit(126);
}

static long number_in(const char *name)
{
	const char *value = getenv(name);

	return value ? strtol(value, NULL, 10) : 0;
}

static void read_orders(void)
{
	const char *wanted = getenv("FAULT_DO");
	const char *out = getenv("FAULT_OUT");
	int fd = out ? open(out, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600) : -1;

	for (size_t i = 0; wanted && i < sizeof faults / sizeof *faults; i++)
		if (strcmp(faults[i].name, wanted) == 0)
			shim.fault = &faults[i];
	shim.call = getenv("FAULT_CALL");
	shim.since = getenv("FAULT_SINCE");
	shim.lacks = getenv("FAULT_LACKS");
	shim.at = number_in("FAULT_AT");
	shim.is_logging = number_in("FAULT_LOG") != 0;
	shim.clock = number_in("FAULT_CLOCK");
	shim.first = getpid();
	shim.pid = number_in("FAULT_CHILD") ? 0 : shim.first;
	/* Out of the way, so that the program's descriptors are numbered as ever. */
	shim.out = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 200);
	if (fd >= 0) {
		flock(fd, LOCK_SH);
		close(fd);
	}
	unsetenv("LD_PRELOAD");
}

__attribute__((constructor)) static void begin(int argc, char *argv[], char *environment[])
{
	struct range libc = { 0, 0 };
	struct sigaction action = { .sa_sigaction = trapped, .sa_flags = SA_SIGINFO | SA_NODEFER };

	(void)argc;
	dl_iterate_phdr(find_libc, &libc);
	/* The filter compares halves of addresses; the next try puts libc elsewhere. */
	if (libc.low >> 32 != libc.high >> 32)
		execve("/proc/self/exe", argv, environment);
	read_orders();
	if (!shim.fault && !shim.is_logging && !shim.lacks)
		return;
	sigaction(SIGSYS, &action, NULL);
	set_trap(&libc);
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
	long result = raw(SYS_clock_gettime, clock, (long)now, 0, 0, 0, 0);

	if (result == 0 && clock == CLOCK_REALTIME)
		now->tv_sec += shim.clock;
	return result == 0 ? 0 : -1;
}

time_t time(time_t *result)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (result)
		*result = now.tv_sec;
	return now.tv_sec;
}
