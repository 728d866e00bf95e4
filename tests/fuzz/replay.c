/* replay.c - runs a fuzz target over the files that are its arguments, one TAP line each */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fuzz.h"

#include "base/fs.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* "address" of "tests/fuzz/replay-address". */
static const char *target_name(const char *program)
{
	const char *slash = strrchr(program, '/');
	const char *name = slash ? slash + 1 : program;
	const char *dash = strchr(name, '-');

	return dash ? dash + 1 : name;
}

static bool read_file(const char *path, struct str *out)
{
	CLEANUP(fs_close_at) int fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd >= 0 && fs_read_rest(fd, out);
}

/* A target that finds a fault ends the process, so "ok" is printed only after success. */
static bool replay(const char *target, const char *path)
{
	CLEANUP(str_done) struct str input = STR_INIT;
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	if (!read_file(path, &input)) {
		printf("not ok - fuzz/%s/%s\n#   it can't be read\n", target, name);
		return false;
	}
	LLVMFuzzerTestOneInput((const uint8_t *)input.bytes, input.len);
	printf("ok - fuzz/%s/%s\n", target, name);
	return true;
}

int main(int argc, char **argv)
{
	bool is_good = argc > 1;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = 1; i < argc; i++)
		is_good &= replay(target_name(argv[0]), argv[i]);
	printf("1..%d\n", argc - 1);
	return is_good ? 0 : 1;
}
