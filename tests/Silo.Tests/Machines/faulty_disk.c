/*
 * A disk that loses power, and a process that is killed in the middle of what it does; preloaded into a silo (FaultyDisk.cs).
 *
 * FAULTY_DISK_FOLDER   The folder whose files are watched.
 * FAULTY_DISK_SYNCED   A folder that gets, for each of them, what a flush has made durable.
 * FAULTY_DISK_KILL_AT  The write, truncation, flush or send, counted from 1, at which the process gets SIGKILL instead; every other write of
 *                      several pages is half done by then. 0 or unset: none.
 * FAULTY_DISK_REPORT   A file that gets a line about where the process was killed.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define DESCRIPTORS_MAX 4096
#define FILES_MAX 64
#define RANGES_MAX 4096

/* A watched file, and what was written to it since it was last flushed. */
struct range { off64_t at; size_t length; };
struct watched { char name[NAME_MAX + 1]; struct range ranges[RANGES_MAX]; size_t count; };

static const char *folder, *synced, *report;
static unsigned long kill_at;
static atomic_ulong operations;
static struct watched files[FILES_MAX];
static size_t files_count;

/* 0: not looked at; -1: not watched; else 1 more than the place in files. */
static int file_at[DESCRIPTORS_MAX];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static ssize_t (*real_pwrite)(int, const void *, size_t, off64_t);
static ssize_t (*real_write)(int, const void *, size_t);
static int (*real_ftruncate)(int, off64_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_close)(int);
static int (*real_unlink)(const char *);
static int (*real_rename)(const char *, const char *);
static ssize_t (*real_send)(int, const void *, size_t, int);
static ssize_t (*real_sendmsg)(int, const struct msghdr *, int);

/* Other libraries that are preloaded may come first. */
__attribute__((constructor)) static void begin(void)
{
    if (real_sendmsg)
        return;
    real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
    real_write = dlsym(RTLD_NEXT, "write");
    real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    real_close = dlsym(RTLD_NEXT, "close");
    real_unlink = dlsym(RTLD_NEXT, "unlink");
    real_rename = dlsym(RTLD_NEXT, "rename");
    real_send = dlsym(RTLD_NEXT, "send");
    real_sendmsg = dlsym(RTLD_NEXT, "sendmsg");
    folder = getenv("FAULTY_DISK_FOLDER");
    synced = getenv("FAULTY_DISK_SYNCED");
    report = getenv("FAULTY_DISK_REPORT");
    const char *at = getenv("FAULTY_DISK_KILL_AT");
    kill_at = at ? strtoul(at, NULL, 10) : 0;
}

/* The name of a watched file within its folder; null for all others. */
static const char *name_in_folder(const char *path)
{
    size_t length = folder ? strlen(folder) : 0;
    return length && strncmp(path, folder, length) == 0 && path[length] == '/' && !strchr(path + length + 1, '/') ? path + length + 1 : NULL;
}

static struct watched *file_named(const char *name)
{
    for (size_t index = 0; index < files_count; index++)
        if (strcmp(files[index].name, name) == 0)
            return &files[index];
    return NULL;
}

/* The watched file of a descriptor; null for all others. Called with the lock held. */
static struct watched *file_of(int fd)
{
    if (!folder || fd < 0 || fd >= DESCRIPTORS_MAX)
        return NULL;
    if (file_at[fd] == 0)
    {
        char link[64], path[PATH_MAX];
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        ssize_t length = readlink(link, path, sizeof path - 1);
        if (length < 0)
            return NULL;
        path[length] = 0;
        const char *name = name_in_folder(path);
        struct watched *file = name ? file_named(name) : NULL;
        if (name && !file && files_count < FILES_MAX)
        {
            /* A process before this one may have written anything to it. */
            file = &files[files_count++];
            snprintf(file->name, sizeof file->name, "%s", name);
            file->ranges[0] = (struct range){ 0, (size_t)1 << 40 };
            file->count = 1;
        }
        file_at[fd] = file ? (int)(file - files) + 1 : -1;
    }
    return file_at[fd] > 0 ? &files[file_at[fd] - 1] : NULL;
}

static int open_synced(const char *name, int flags)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", synced, name);
    return open(path, flags, 0600);
}

static void note(struct watched *file, off64_t at, size_t length)
{
    if (!synced || !length)
        return;
    if (file->count && file->ranges[file->count - 1].at + (off64_t)file->ranges[file->count - 1].length == at)
    {
        file->ranges[file->count - 1].length += length;
        return;
    }
    if (file->count == RANGES_MAX)
    {
        /* Too many to tell apart: the whole file. */
        file->count = 0;
        at = 0;
        length = (size_t)1 << 40;
    }
    file->ranges[file->count++] = (struct range){ at, length };
}

/* Copies what was written since the last flush to the folder of what is durable; called with the lock held, before the flush. */
static void make_durable(int fd, struct watched *file)
{
    struct stat64 now;
    int copy = synced && fstat64(fd, &now) == 0 ? open_synced(file->name, O_RDWR | O_CREAT) : -1;
    if (copy < 0)
        return;
    static char block[1 << 16];
    for (size_t index = 0; index < file->count; index++)
    {
        off64_t at = file->ranges[index].at, end = at + (off64_t)file->ranges[index].length;
        for (end = end < now.st_size ? end : now.st_size; at < end;)
        {
            size_t want = (size_t)(end - at) < sizeof block ? (size_t)(end - at) : sizeof block;
            ssize_t got = pread64(fd, block, want, at);
            if (got <= 0 || real_pwrite(copy, block, (size_t)got, at) != got)
                break;
            at += got;
        }
    }
    file->count = 0;
    real_ftruncate(copy, now.st_size);
    real_close(copy);
}

static void die(const char *what, const char *name)
{
    char line[NAME_MAX + 64];
    int length = snprintf(line, sizeof line, "%s %s\n", what, name);
    int fd = report ? open(report, O_WRONLY | O_CREAT | O_APPEND, 0600) : -1;
    if (fd >= 0)
        real_write(fd, line, (size_t)length);
    kill(getpid(), SIGKILL);
    for (;;)
        pause();
}

/* How much of a write is done when a signal ends it: the system looks for signals between pages. */
static size_t half_of(off64_t at, size_t length)
{
    off64_t end = (at + (off64_t)(length / 2)) & ~(off64_t)4095;
    return kill_at % 2 && end > at ? (size_t)(end - at) : 0;
}

static int is_the_last(void)
{
    return kill_at && atomic_fetch_add(&operations, 1) + 1 == kill_at;
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at)
{
    begin();
    pthread_mutex_lock(&lock);
    struct watched *file = file_of(fd);
    if (file && is_the_last())
    {
        real_pwrite(fd, bytes, half_of(at, length), at);
        die("write", file->name);
    }
    ssize_t written = real_pwrite(fd, bytes, length, at);
    if (file && written > 0)
        note(file, at, (size_t)written);
    pthread_mutex_unlock(&lock);
    return written;
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at)
{
    return pwrite64(fd, bytes, length, at);
}

ssize_t write(int fd, const void *bytes, size_t length)
{
    begin();
    if (!folder)
        return real_write(fd, bytes, length);
    pthread_mutex_lock(&lock);
    struct watched *file = file_of(fd);
    if (!file)
    {
        pthread_mutex_unlock(&lock);
        return real_write(fd, bytes, length);
    }
    off64_t at = lseek64(fd, 0, SEEK_CUR);
    if (is_the_last())
    {
        real_write(fd, bytes, half_of(at, length));
        die("write", file->name);
    }
    ssize_t written = real_write(fd, bytes, length);
    if (written > 0)
        note(file, at, (size_t)written);
    pthread_mutex_unlock(&lock);
    return written;
}

int ftruncate64(int fd, off64_t length)
{
    begin();
    pthread_mutex_lock(&lock);
    struct watched *file = file_of(fd);
    if (file && is_the_last())
        die("truncate", file->name);
    int result = real_ftruncate(fd, length);
    pthread_mutex_unlock(&lock);
    return result;
}

int ftruncate(int fd, off_t length)
{
    return ftruncate64(fd, length);
}

static int flush(int fd, int (*real)(int))
{
    pthread_mutex_lock(&lock);
    struct watched *file = file_of(fd);
    if (file)
    {
        if (is_the_last())
            die("flush", file->name);
        make_durable(fd, file);
    }
    pthread_mutex_unlock(&lock);
    return real(fd);
}

int fsync(int fd)
{
    begin();
    return flush(fd, real_fsync);
}

int fdatasync(int fd)
{
    begin();
    return flush(fd, real_fdatasync);
}

int close(int fd)
{
    begin();
    if (fd >= 0 && fd < DESCRIPTORS_MAX)
    {
        pthread_mutex_lock(&lock);
        file_at[fd] = 0;
        pthread_mutex_unlock(&lock);
    }
    return real_close(fd);
}

/* The removal and the new name of a file count as durable at once. */
int unlink(const char *path)
{
    begin();
    int result = real_unlink(path);
    const char *name = result == 0 ? name_in_folder(path) : NULL;
    if (name)
    {
        char copy[PATH_MAX];
        snprintf(copy, sizeof copy, "%s/%s", synced ? synced : "", name);
        pthread_mutex_lock(&lock);
        struct watched *file = file_named(name);
        if (file)
            file->count = 0;
        if (synced)
            real_unlink(copy);
        pthread_mutex_unlock(&lock);
    }
    return result;
}

int rename(const char *from, const char *to)
{
    begin();
    int result = real_rename(from, to);
    const char *before = result == 0 ? name_in_folder(from) : NULL, *after = before ? name_in_folder(to) : NULL;
    if (after)
    {
        char old[PATH_MAX], new[PATH_MAX];
        snprintf(old, sizeof old, "%s/%s", synced ? synced : "", before);
        snprintf(new, sizeof new, "%s/%s", synced ? synced : "", after);
        pthread_mutex_lock(&lock);
        struct watched *replaced = file_named(after), *file = file_named(before);
        if (replaced)
            replaced->name[0] = 0;
        if (file)
            snprintf(file->name, sizeof file->name, "%s", after);
        if (synced)
            real_rename(old, new);
        pthread_mutex_unlock(&lock);
    }
    return result;
}

static void sending(void)
{
    if (!folder && is_the_last())
        die("send", "");
}

ssize_t send(int fd, const void *bytes, size_t length, int flags)
{
    begin();
    sending();
    return real_send(fd, bytes, length, flags);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    begin();
    sending();
    return real_sendmsg(fd, message, flags);
}
