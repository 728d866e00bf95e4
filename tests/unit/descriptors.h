/* descriptors.h - the number of open descriptors, for tests that all are closed */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <dirent.h>

/* The number of open descriptors, including the descriptor of the folder that is read. */
static inline int count_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int count = 0;

	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}
