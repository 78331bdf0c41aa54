#pragma once

namespace dircn {

/// What comes of asking for a lock on a file.
enum class FileLock {
  taken,
  held_by_another,  // it has been locked already, through another opening of the file
  not_available     // the file system has no locks: NFS without a lock daemon, some of clusters
};

/// By `errno` of flock(2), 0 where it succeeded. File systems without locks say so in many ways
/// (ENOLCK, EOPNOTSUPP, ENOSYS, 524), one whose lock is held in one way alone.
FileLock file_lock_of(int error);

/// Locks the file behind `descriptor` for writing (`exclusive`) or for reading, without waiting,
/// until the descriptor is closed.
FileLock lock_file(int descriptor, bool exclusive);

}  // namespace dircn
