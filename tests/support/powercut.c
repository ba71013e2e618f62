/* LD_PRELOAD: keeps, in $POWERCUT_SHADOW, what a power cut is sure to leave of $POWERCUT_FOLDER.

     content/INODE   a file's bytes as of its last fsync or fdatasync
     names/INODE     a folder's entries as of its last fsync: «f INODE NAME» or «d INODE NAME»
     kept/INODE      a second link, so that no inode is used again for another file
     syncs           one line for each sync

   All else, bytes and names, is taken as lost: the worst that POSIX allows, and worse than most
   file systems do. $POWERCUT_AT=n kills the process in place of the nth sync; $POWERCUT_LIES=1
   is a disk that says «done» and keeps nothing. Not watched: msync, sync_file_range, O_SYNC. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROOM 8192

/* A shadow that misses something would make every proof false: better no process at all. */
static void must(int well, const char *what) {
    if (well) return;
    fprintf(stderr, "powercut: %s: %s\n", what, strerror(errno));
    abort();
}

static void keep(const char *shadow, ino_t inode, const char *path) {
    char link[ROOM];
    snprintf(link, ROOM, "%s/kept/%lu", shadow, (unsigned long)inode);
    if (linkat(AT_FDCWD, path, AT_FDCWD, link, AT_SYMLINK_FOLLOW)) /* gone again, or kept already */
        must(errno == EEXIST || errno == ENOENT, link);
}

static void aside_name(char *path, const char *shadow) {
    static atomic_int number;
    snprintf(path, ROOM, "%s/aside-%d-%d", shadow, getpid(), atomic_fetch_add(&number, 1));
}

static void keep_content(const char *shadow, const char *file, ino_t inode) {
    char aside[ROOM], place[ROOM], buffer[1 << 16];
    aside_name(aside, shadow);
    snprintf(place, ROOM, "%s/content/%lu", shadow, (unsigned long)inode);
    int in = open(file, O_RDONLY), out = open(aside, O_WRONLY | O_CREAT | O_EXCL, 0600);
    must(in >= 0 && out >= 0, aside);
    ssize_t got;
    while ((got = read(in, buffer, sizeof buffer)) > 0) must(write(out, buffer, got) == got, aside);
    must(got == 0, file);
    close(in);
    close(out);
    must(rename(aside, place) == 0, place);
    keep(shadow, inode, file);
}

static void keep_names(const char *shadow, const char *folder, ino_t inode) {
    char aside[ROOM], place[ROOM], path[ROOM + 258];
    aside_name(aside, shadow);
    snprintf(place, ROOM, "%s/names/%lu", shadow, (unsigned long)inode);
    FILE *out = fopen(aside, "wx");
    DIR *entries = opendir(folder);
    must(out && entries, folder);
    struct dirent *entry;
    while ((entry = readdir(entries))) {
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        int is_folder = entry->d_type == DT_DIR;
        fprintf(out, "%c %lu %s\n", is_folder ? 'd' : 'f', (unsigned long)entry->d_ino, entry->d_name);
        if (!is_folder) keep(shadow, entry->d_ino, path);
    }
    closedir(entries);
    must(fclose(out) == 0 && rename(aside, place) == 0, place);
}

/* Whether the file is one of those watched; counts the sync, and dies if it is the one to die at. */
static int watched(int fd, char *path) {
    static atomic_int syncs;
    const char *folder = getenv("POWERCUT_FOLDER"), *at = getenv("POWERCUT_AT");
    char link[64];
    if (!folder) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, 4096);
    size_t common = strlen(folder);
    if (length < (ssize_t)common) return 0;
    path[length] = 0;
    if (strncmp(path, folder, common) || (path[common] && path[common] != '/')) return 0;
    if (atomic_fetch_add(&syncs, 1) + 1 == (at ? atoi(at) : 0)) kill(getpid(), SIGKILL);
    return 1;
}

static void remember(int fd, const char *path) {
    const char *shadow = getenv("POWERCUT_SHADOW");
    struct stat facts;
    char line[ROOM];
    must(shadow && fstat(fd, &facts) == 0, path);
    if (!getenv("POWERCUT_LIES")) {
        snprintf(line, ROOM, "/proc/self/fd/%d", fd);
        if (S_ISDIR(facts.st_mode)) keep_names(shadow, path, facts.st_ino);
        else keep_content(shadow, line, facts.st_ino);
    }
    snprintf(line, ROOM, "%s/syncs", shadow);
    int log = open(line, O_WRONLY | O_CREAT | O_APPEND, 0600);
    must(log >= 0 && dprintf(log, "%s\n", path) > 0, line);
    close(log);
}

static int synced(const char *name, int fd) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    char path[ROOM];
    int is_watched = watched(fd, path), answer = real(fd), before = errno;
    if (!answer && is_watched) remember(fd, path);
    errno = before;
    return answer;
}

int fsync(int fd) { return synced("fsync", fd); }
int fdatasync(int fd) { return synced("fdatasync", fd); }
