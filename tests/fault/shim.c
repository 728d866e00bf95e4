/* shim.c - preloaded into the program under test: makes a system call fail, or ends it there */
// SPDX-License-Identifier: GPL-3.0-or-later
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

/*
 * A filter traps the system calls that libc makes, wherever in it, and the handler of the trap does
 * them in its stead, from an address that the filter lets pass. The environment says what else:
 *
 *	FAULT_DO      a name of `faults`
 *	FAULT_AT      which of the calls that this fault can happen to, from 1
 *	FAULT_CALL    only calls of this name count
 *	FAULT_SINCE   only calls after the first one of this name count
 *	FAULT_LACKS   names, of what the file system can't do: "renameat2" with flags, "tmpfile"
 *	FAULT_EVER    from then on, also in children: 1: to all calls of that name, 2: to all calls
 *	              that it can happen to
 *	FAULT_STOP    1: the process stops first, and meets the fault when it goes on
 *	FAULT_THEN    a second fault, after the first one
 *	FAULT_AFTER   at which of the calls that the second one can happen to, from 1
 *	FAULT_CHILD   N: in the N-th forked child instead
 *	FAULT_OUT     a file to append to, locked until the last of us and our children has gone:
 *	              "hit CALL FAULT PID" when one happens, and with
 *	FAULT_LOG     what was done to files, for a test of what a power cut leaves, or with
 *	FAULT_LIST    "call NAME FAULT...": each call, and which errors it can have
 *	FAULT_CLOCK   seconds by which the time of day is wrong
 *	FAULT_LIMIT   a resource limit and its value, such as "nofile 9"; that of "as" is what comes
 *	              to the memory that is mapped already, in KiB; that of "nproc", which does not
 *	              hold for root, is how many forks go well
 */
enum trait {
	TRANSFER = 1 << 0, /* can be short */
	CREATES = 1 << 1,  /* only a call that makes a file can have ENOSPC and EDQUOT */
	LOCKS = 1 << 2,    /* only the commands that lock */
	FORKS = 1 << 3,    /* only fork: a child with a stack of its own can't return to us */
};

#define STORAGE "eio estale "
#define ROOM    "enospc edquot "
#define TABLE   "emfile enfile enomem "
#define NAMING  STORAGE ROOM "eacces erofs enomem "
#define LOST    "econnreset etimedout ehostunreach enetunreach enobufs enomem "

/* A call, and the errors that it can have, each followed by a blank. */
static const struct call {
	int number;
	int traits;
	const char *name;
	const char *errors;
} calls[] = {
	{ SYS_read, TRANSFER, "read", STORAGE "eintr eagain econnreset " },
	{ SYS_pread64, TRANSFER, "pread", STORAGE "eintr enomem " },
	{ SYS_getdents64, 0, "getdents", STORAGE "enomem " },
	{ SYS_lseek, 0, "lseek", "eio espipe " },
	{ SYS_write, TRANSFER, "write", STORAGE ROOM "eintr eagain epipe efbig " },
	{ SYS_pwrite64, TRANSFER, "pwrite", STORAGE ROOM "eintr efbig " },
	{ SYS_ftruncate, 0, "ftruncate", STORAGE "eintr erofs " },
	{ SYS_openat, CREATES, "openat", NAMING TABLE "eintr eperm enxio eloop " },
	{ SYS_close, 0, "close", "eio eintr enospc edquot " },
	{ SYS_linkat, 0, "linkat", NAMING "emlink eperm " },
	{ SYS_renameat, 0, "renameat", NAMING "ebusy " },
	{ SYS_renameat2, 0, "renameat2", NAMING "ebusy einval enosys " },
	{ SYS_unlink, 0, "unlink", NAMING "ebusy " },
	{ SYS_unlinkat, 0, "unlinkat", NAMING "ebusy eperm " },
	{ SYS_mkdir, 0, "mkdir", NAMING "emlink " },
	{ SYS_mkdirat, 0, "mkdirat", NAMING "emlink " },
	{ SYS_fsync, 0, "fsync", STORAGE ROOM "eintr einval erofs " },
	{ SYS_fdatasync, 0, "fdatasync", STORAGE ROOM "eintr einval erofs " },
	{ SYS_fchmod, 0, "fchmod", STORAGE "eperm erofs " },
	{ SYS_utimensat, 0, "utimensat", STORAGE "eacces erofs " },
	{ SYS_fstat, 0, "fstat", STORAGE "enomem " },
	{ SYS_stat, 0, "stat", STORAGE "eacces enomem eloop " },
	{ SYS_lstat, 0, "lstat", STORAGE "eacces enomem " },
	{ SYS_newfstatat, 0, "fstatat", STORAGE "eacces enomem eloop " },
	{ SYS_statx, 0, "statx", STORAGE "eacces enomem enosys " },
	{ SYS_statfs, 0, "statfs", "eio enosys " },
	{ SYS_fstatfs, 0, "fstatfs", "eio enosys " },
	{ SYS_access, 0, "access", STORAGE "eacces erofs enomem " },
	{ SYS_faccessat, 0, "faccessat", STORAGE "eacces erofs enomem " },
	{ SYS_faccessat2, 0, "faccessat2", STORAGE "eacces erofs enomem " },
	{ SYS_readlink, 0, "readlink", STORAGE "eacces enomem " },
	{ SYS_readlinkat, 0, "readlinkat", STORAGE "eacces enomem " },
	{ SYS_getxattr, 0, "getxattr", "eio enotsup " },
	{ SYS_ioctl, 0, "ioctl", "eio enotty " },
	{ SYS_fcntl, LOCKS, "fcntl", "eintr enolck elocked " },
	{ SYS_flock, 0, "flock", "eintr enolck elocked " },
	{ SYS_memfd_create, 0, "memfd_create", TABLE "enosys " },
	{ SYS_getrandom, 0, "getrandom", "eintr enosys " },
	{ SYS_socket, 0, "socket", TABLE "enobufs eacces eafnosupport " },
	{ SYS_socketpair, 0, "socketpair", TABLE "enobufs " },
	{ SYS_pipe2, 0, "pipe2", TABLE },
	{ SYS_dup, 0, "dup", "emfile " },
	{ SYS_dup2, 0, "dup2", "emfile ebusy eintr " },
	{ SYS_bind, 0, "bind", "eacces eaddrinuse " },
	{ SYS_connect, 0, "connect", LOST "econnrefused eaddrnotavail eacces eintr " },
	{ SYS_setsockopt, 0, "setsockopt", "einval enobufs enomem " },
	{ SYS_getsockopt, 0, "getsockopt", "einval enobufs enomem " },
	{ SYS_getsockname, 0, "getsockname", "enobufs " },
	{ SYS_getpeername, 0, "getpeername", "enobufs enotconn " },
	{ SYS_sendto, TRANSFER, "sendto", LOST "eintr eagain epipe " },
	{ SYS_sendmsg, 0, "sendmsg", LOST "eintr eagain epipe " },
	{ SYS_recvfrom, TRANSFER, "recvfrom", LOST "eintr eagain " },
	{ SYS_recvmsg, 0, "recvmsg", LOST "eintr eagain " },
	{ SYS_shutdown, 0, "shutdown", "enotconn " },
	{ SYS_poll, 0, "poll", "eintr enomem " },
	{ SYS_ppoll, 0, "ppoll", "eintr enomem " },
	{ SYS_nanosleep, 0, "nanosleep", "eintr " },
	{ SYS_clock_nanosleep, 0, "clock_nanosleep", "eintr " },
	{ SYS_clone, FORKS, "fork", "enoproc enomem enosys " },
	{ SYS_wait4, 0, "wait4", "eintr echild " },
	{ SYS_waitid, 0, "waitid", "eintr echild " },
	{ SYS_execve, 0, "execve", "eacces eio enomem enoent e2big " },
	{ SYS_kill, 0, "kill", "eperm " },
	{ SYS_pidfd_open, 0, "pidfd_open", TABLE "enosys " },
	{ SYS_close_range, 0, "close_range", "emfile enosys " },
	{ SYS_prctl, 0, "prctl", "einval " },
	{ SYS_prlimit64, 0, "prlimit", "eperm " },
	{ SYS_setpgid, 0, "setpgid", "eacces eperm " },
	{ SYS_setsid, 0, "setsid", "eperm " },
	{ SYS_chdir, 0, "chdir", STORAGE "eacces " },
	{ SYS_setgroups, 0, "setgroups", "eperm enomem " },
	{ SYS_setresuid, 0, "setresuid", "eperm enoproc " },
	{ SYS_setresgid, 0, "setresgid", "eperm " },
};

enum { CALLS = sizeof calls / sizeof *calls };

/* A signal to this process, an error, or (without both) a transfer of one byte. */
static const struct fault {
	const char *name;
	int signal;
	int number;
} faults[] = {
	{ "kill", SIGKILL, 0 },
	{ "stop", SIGSTOP, 0 },
	{ "term", SIGTERM, 0 },
	{ "int", SIGINT, 0 },
	{ "hup", SIGHUP, 0 },
	{ "quit", SIGQUIT, 0 },
	{ "alrm", SIGALRM, 0 },
	{ "vtalrm", SIGVTALRM, 0 },
	{ "xcpu", SIGXCPU, 0 },
	{ "usr1", SIGUSR1, 0 },
	{ "short", 0, 0 },
	{ "e2big", 0, E2BIG },
	{ "eacces", 0, EACCES },
	{ "eaddrinuse", 0, EADDRINUSE },
	{ "eaddrnotavail", 0, EADDRNOTAVAIL },
	{ "eafnosupport", 0, EAFNOSUPPORT },
	{ "eagain", 0, EAGAIN },
	{ "ebusy", 0, EBUSY },
	{ "echild", 0, ECHILD },
	{ "econnrefused", 0, ECONNREFUSED },
	{ "econnreset", 0, ECONNRESET },
	{ "edquot", 0, EDQUOT },
	{ "efbig", 0, EFBIG },
	{ "ehostunreach", 0, EHOSTUNREACH },
	{ "eintr", 0, EINTR },
	{ "einval", 0, EINVAL },
	{ "eio", 0, EIO },
	{ "elocked", 0, EAGAIN }, /* another process has it */
	{ "eloop", 0, ELOOP },
	{ "emfile", 0, EMFILE },
	{ "emlink", 0, EMLINK },
	{ "enetunreach", 0, ENETUNREACH },
	{ "enfile", 0, ENFILE },
	{ "enobufs", 0, ENOBUFS },
	{ "enoent", 0, ENOENT },
	{ "enolck", 0, ENOLCK },
	{ "enomem", 0, ENOMEM },
	{ "enoproc", 0, EAGAIN }, /* too many processes */
	{ "enospc", 0, ENOSPC },
	{ "enosys", 0, ENOSYS },
	{ "enotconn", 0, ENOTCONN },
	{ "enotsup", 0, ENOTSUP },
	{ "enotty", 0, ENOTTY },
	{ "enxio", 0, ENXIO },
	{ "eperm", 0, EPERM },
	{ "epipe", 0, EPIPE },
	{ "erofs", 0, EROFS },
	{ "espipe", 0, ESPIPE },
	{ "estale", 0, ESTALE },
	{ "etimedout", 0, ETIMEDOUT },
};

enum { FAULTS = sizeof faults / sizeof *faults };

enum { SECONDS_MAX = 3 }; /* of the processor's time */

enum lasting { ONCE, SAME_CALL, EVERY_CALL };

/* An ordered fault and its result. */
struct order {
	const struct fault *fault;
	const char *call;
	long at;
	long count;
	enum lasting lasting;
	const struct call *hit; /* the first one; NULL: none yet */
};

static struct {
	struct order first;
	struct order second;
	const char *since;
	const char *lacks;
	int stops;
	pid_t pid; /* whose calls count; 0: not yet known */
	long child;
	long born; /* children until now */
	pid_t parent;
	int out;
	int (*sigaction)(int, const struct sigaction *, struct sigaction *);
	int is_trapping;
	int is_logging;
	int is_listing;
	dev_t memory; /* the place of files made by memfd_create */
	time_t clock;
	long forks; /* that succeed, -1: all */
} shim = { .forks = -1, .out = -1 };

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

	return raw(SYS_newfstatat, folder, path, (long)&st, AT_SYMLINK_NOFOLLOW, 0, 0) == 0
		       ? st.st_ino
		       : 0;
}

static void log_bytes(long fd, long offset, const unsigned char *bytes, long len)
{
	say("write %lu %ld ", inode_of(fd), offset);
	for (long i = 0; i < len; i++)
		say("%02x", bytes[i]);
	say("\n");
}

/* Writes a line for each successful change of a file or folder. */
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

/* A short transfer is of one byte, which no caller may take for the whole. */
static int can_be_short(const struct call *call, const long *a)
{
	return call->traits & TRANSFER && a[2] >= 2;
}

static int has_error(const struct call *call, const char *name)
{
	size_t len = strlen(name);

	for (const char *error = call->errors; *error; error = strchr(error, ' ') + 1)
		if (strncmp(error, name, len) == 0 && error[len] == ' ')
			return 1;
	return 0;
}

/* Memory of our own has the room that was found for it, and no disk. */
static int is_in_memory(const long *a)
{
	struct stat st;

	return raw(SYS_fstat, a[0], (long)&st, 0, 0, 0, 0) == 0 && st.st_dev == shim.memory;
}

/* Errors that only some calls of a name can have. */
static int fits_arguments(const struct call *call, const long *a, int number)
{
	int creates = call->traits & CREATES && a[2] & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY));

	if (call->traits & LOCKS)
		return a[1] == F_OFD_SETLK;
	if (call->traits & TRANSFER && (number == ENOSPC || number == EDQUOT))
		return !is_in_memory(a);
	if (call->traits & CREATES && (number == ENOSPC || number == EDQUOT))
		return creates;
	if (call->traits & CREATES && number == EROFS)
		return creates || (a[2] & O_ACCMODE) != O_RDONLY;
	return 1;
}

static int can_have(const struct call *call, const long *a, const struct fault *fault)
{
	if (fault->signal)
		return 1;
	if (!fault->number)
		return can_be_short(call, a);
	return has_error(call, fault->name) && fits_arguments(call, a, fault->number);
}

static int is_counted(void)
{
	pid_t pid = (pid_t)raw(SYS_getpid, 0, 0, 0, 0, 0, 0);

	if (shim.pid == 0 && pid != shim.parent && shim.born == shim.child)
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

/* Whether this call is the one, or comes after it and the fault lasts. */
static int is_ordered(struct order *order, const struct call *call, const long *a)
{
	if (!order->fault || !can_have(call, a, order->fault))
		return 0;
	if (order->hit)
		return order->lasting == EVERY_CALL ||
		       (order->lasting == SAME_CALL && order->hit == call);
	if (!is_counted() || (order->call && strcmp(order->call, call->name) != 0))
		return 0;
	return ++order->count == order->at;
}

/* The fault that happens to this call; NULL: none. */
static const struct fault *find_fault(const struct call *call, const long *a)
{
	struct order *order = NULL;

	if (is_counted() && is_too_early(call))
		return NULL;
	if (shim.first.hit && is_ordered(&shim.second, call, a))
		order = &shim.second;
	else if (is_ordered(&shim.first, call, a))
		order = &shim.first;
	if (!order)
		return NULL;
	say("hit %s %s %ld\n", call->name, order->fault->name, raw(SYS_getpid, 0, 0, 0, 0, 0, 0));
	if (!order->hit && shim.stops)
		raw(SYS_kill, raw(SYS_getpid, 0, 0, 0, 0, 0, 0), SIGSTOP, 0, 0, 0, 0);
	order->hit = call;
	return order->fault;
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

static void list_call(const struct call *call, const long *a)
{
	say("call %s", call->name);
	for (size_t i = 0; i < FAULTS; i++)
		if (!faults[i].signal && can_have(call, a, &faults[i]))
			say(" %s", faults[i].name);
	say("\n");
}

/* The program's call, except for our own descriptor, which no child of it may close. */
static long raw_beside_us(const struct call *call, const long *a)
{
	if (call->number == SYS_close && (int)a[0] == shim.out && shim.out >= 0)
		return 0;
	if (call->number != SYS_close_range || shim.out < 0 ||
	    (unsigned)a[0] > (unsigned)shim.out || (unsigned)a[1] < (unsigned)shim.out)
		return raw_on(call, a);
	if ((unsigned)a[0] < (unsigned)shim.out)
		raw(call->number, a[0], shim.out - 1, a[2], 0, 0, 0);
	return (unsigned)a[1] > (unsigned)shim.out
		       ? raw(call->number, shim.out + 1, a[1], a[2], 0, 0, 0)
		       : 0;
}

/* There are no children any more, as if another part of the process had waited for them. */
static void lose_children(void)
{
	while (raw(SYS_wait4, -1, 0, 0, 0, 0, 0) > 0)
		;
}

static long do_call(const struct call *call, long *a)
{
	const struct fault *fault = find_fault(call, a);

	if (shim.is_listing && is_counted())
		list_call(call, a);
	if (fault && fault->signal)
		raw(SYS_kill, raw(SYS_getpid, 0, 0, 0, 0, 0, 0), fault->signal, 0, 0, 0, 0);
	else if (fault && !fault->number)
		a[2] = 1;
	else if (fault && call->number == SYS_close)
		raw_on(call, a);
	if (fault && fault->number == ECHILD)
		lose_children();
	if (fault && fault->number)
		return -fault->number;
	int lack = lacking(call, a);
	if (lack)
		return -lack;
	shim.born += call->traits & FORKS ? 1 : 0;
	long result = raw_beside_us(call, a);
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
#define LOAD_HIGH()                                                                                \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, instruction_pointer) + 4)
#define JUMP(test, value, yes, no) BPF_JUMP(BPF_JMP | (test) | BPF_K, (unsigned)(value), yes, no)
#define RETURN(value)              BPF_STMT(BPF_RET | BPF_K, value)

/* A program executed by this process has its libc elsewhere, and gets no faults. */
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
	const struct sock_filter tail[] = {
		RETURN(SECCOMP_RET_ALLOW),      LOAD(args[0]),
		JUMP(BPF_JSET, CLONE_VM, 0, 1), RETURN(SECCOMP_RET_ALLOW),
		RETURN(SECCOMP_RET_TRAP),
	};
	enum { HEAD = sizeof head / sizeof *head, TAIL = sizeof tail / sizeof *tail };
	struct sock_filter filter[HEAD + 2 * CALLS + TAIL];
	struct sock_fprog program = { sizeof filter / sizeof *filter, filter };

	memcpy(filter, head, sizeof head);
	memcpy(filter + HEAD + 2 * CALLS, tail, sizeof tail);
	for (size_t i = 0; i < CALLS; i++) {
		struct sock_filter *test = filter + HEAD + 2 * i;
		unsigned forks = (unsigned)(2 * (CALLS - 1 - i) + 1);
		test[0] = (struct sock_filter)JUMP(BPF_JEQ, calls[i].number, 0, 1);
		test[1] = calls[i].traits & FORKS
				  ? (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, forks)
				  : (struct sock_filter)RETURN(SECCOMP_RET_TRAP);
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		_exit(126);
}

static long number_in(const char *name)
{
	const char *value = getenv(name);

	return value ? strtol(value, NULL, 10) : 0;
}

static const struct fault *fault_in(const char *name)
{
	const char *wanted = getenv(name);

	for (size_t i = 0; wanted && i < FAULTS; i++)
		if (strcmp(faults[i].name, wanted) == 0)
			return &faults[i];
	/* A test of nothing would pass. */
	if (wanted)
		_exit(125);
	return NULL;
}

static dev_t find_memory(void)
{
	struct stat st = { 0 };
	int fd = memfd_create("", MFD_CLOEXEC);

	if (fd >= 0 && fstat(fd, &st) == 0)
		close(fd);
	return st.st_dev;
}

static void read_orders(void)
{
	const char *out = getenv("FAULT_OUT");
	int fd = out ? open(out, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600) : -1;

	shim.first = (struct order){ .fault = fault_in("FAULT_DO"),
				     .call = getenv("FAULT_CALL"),
				     .at = number_in("FAULT_AT"),
				     .lasting = (enum lasting)number_in("FAULT_EVER") };
	shim.second =
		(struct order){ .fault = fault_in("FAULT_THEN"), .at = number_in("FAULT_AFTER") };
	shim.since = getenv("FAULT_SINCE");
	shim.lacks = getenv("FAULT_LACKS");
	shim.stops = number_in("FAULT_STOP") != 0;
	shim.is_logging = number_in("FAULT_LOG") != 0;
	shim.is_listing = number_in("FAULT_LIST") != 0;
	shim.clock = number_in("FAULT_CLOCK");
	shim.memory = find_memory();
	shim.parent = getpid();
	shim.child = number_in("FAULT_CHILD");
	shim.pid = shim.child ? 0 : shim.parent;
	/* Out of the way, so that the program's descriptors are numbered as ever. */
	shim.out = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 200);
	if (fd >= 0) {
		flock(fd, LOCK_SH);
		close(fd);
	}
	unsetenv("LD_PRELOAD");
}

/* An endless loop is killed, a death that the test did not order. */
static void limit_work(void)
{
	const struct rlimit seconds = { SECONDS_MAX, SECONDS_MAX };

	setrlimit(RLIMIT_CPU, &seconds);
}

static long mapped_kib(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	long pages = 0;

	if (file && fscanf(file, "%ld", &pages) != 1)
		pages = 0;
	if (file)
		fclose(file);
	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

/* Last of all, as it holds for us as well. */
static void set_limit(void)
{
	static const struct {
		const char *name;
		__rlimit_resource_t resource;
	} limits[] = {
		{ "nofile", RLIMIT_NOFILE },   { "fsize", RLIMIT_FSIZE }, { "as", RLIMIT_AS },
		{ "memlock", RLIMIT_MEMLOCK }, { "stack", RLIMIT_STACK },
	};
	const char *order = getenv("FAULT_LIMIT");

	shim.forks = order && strncmp(order, "nproc ", 6) == 0 ? strtol(order + 6, NULL, 10) : -1;
	for (size_t i = 0; order && i < sizeof limits / sizeof *limits; i++) {
		size_t len = strlen(limits[i].name);
		if (strncmp(order, limits[i].name, len) != 0 || order[len] != ' ')
			continue;
		rlim_t value = strtoul(order + len, NULL, 10);
		if (limits[i].resource == RLIMIT_AS)
			value = (value + (rlim_t)mapped_kib()) * 1024;
		const struct rlimit limit = { value, value };
		say("hit limit %s %d\n", limits[i].name, getpid());
		if (setrlimit(limits[i].resource, &limit) < 0)
			_exit(126);
	}
}

__attribute__((constructor)) static void begin(int argc, char *argv[], char *environment[])
{
	struct range libc = { 0, 0 };
	struct sigaction action = { .sa_sigaction = trapped, .sa_flags = SA_SIGINFO | SA_NODEFER };

	(void)argc;
	shim.sigaction = (int (*)(int, const struct sigaction *, struct sigaction *))dlsym(
		RTLD_NEXT, "sigaction");
	dl_iterate_phdr(find_libc, &libc);
	/* The filter compares halves of addresses; the next try puts libc elsewhere. */
	if (libc.low >> 32 != libc.high >> 32)
		execve("/proc/self/exe", argv, environment);
	read_orders();
	set_limit();
	limit_work();
	if (!shim.first.fault && !shim.lacks && !shim.is_logging && !shim.is_listing)
		return;
	sigaction(SIGSYS, &action, NULL);
	shim.is_trapping = 1;
	set_trap(&libc);
}

pid_t fork(void)
{
	if (shim.forks == 0) {
		say("hit fork nproc %d\n", getpid());
		errno = EAGAIN;
		return -1;
	}
	shim.forks -= shim.forks > 0;
	return ((pid_t(*)(void))dlsym(RTLD_NEXT, "fork"))();
}

/* The program may not do away with the signal that the trap needs. */

int sigaction(int number, const struct sigaction *action, struct sigaction *before)
{
	if (number != SIGSYS || !shim.is_trapping)
		return shim.sigaction(number, action, before);
	if (before)
		*before = (struct sigaction){ .sa_handler = SIG_DFL };
	return 0;
}

__sighandler_t signal(int number, __sighandler_t handler)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = SA_RESTART };
	struct sigaction before;

	return sigaction(number, &action, &before) == 0 ? before.sa_handler : SIG_ERR;
}

int sigprocmask(int how, const sigset_t *set, sigset_t *before)
{
	sigset_t without;

	if (set) {
		without = *set;
		sigdelset(&without, SIGSYS);
	}
	long result = raw(SYS_rt_sigprocmask, how, set ? (long)&without : 0, (long)before,
			  _NSIG / 8, 0, 0);
	if (result < 0)
		errno = (int)-result;
	return result < 0 ? -1 : 0;
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
