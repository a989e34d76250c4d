package dev.cofre.controlplane.server.dynamic;

import dev.cofre.controlplane.domain.DynamicRoleDraft.OwnedObjects;
import dev.cofre.controlplane.domain.EngineKind;
import dev.cofre.controlplane.domain.TargetGrant;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * One kind of system: how the vault logs in there and makes, prolongs and removes credentials.
 * Thread-safe; every call waits for the system: for each packet of it for a bounded time, so that
 * one which answers byte by byte can hold a caller for longer.
 *
 * <p>Another kind is another implementation, which {@code DynamicEngineContract} must pass, and a
 * value of {@link EngineKind}.
 */
public interface DynamicEngine {
  /** The kind of system. */
  EngineKind kind();

  /**
   * Logs in.
   *
   * @param password stays the caller's to overwrite
   * @throws TargetException of kind {@code LOGIN} when the system does not take it
   */
  Session open(Target target, char[] password) throws TargetException;

  /**
   * How many credentials are best given to one {@link Session#revokeTogether}: 1 where each is
   * removed by itself.
   */
  default int removedAtOnce() {
    return 1;
  }

  /**
   * A credential to be made.
   *
   * @param userName one that {@link UserNames} made
   * @param expiresAt from when on the system itself does not take it any more, where it can, see
   *     {@link Session#endsCredentials}
   */
  record NewUser(String userName, Instant expiresAt, List<TargetGrant> grants) {}

  /**
   * Shows that {@code password} logs in: what lets its user in without it being asked for is none.
   *
   * @param password stays the caller's to overwrite
   * @throws TargetException of kind {@code LOGIN} when the system does not take it
   */
  void rehearse(Target target, char[] password) throws TargetException;

  /**
   * A user that stays, whose password is changed again and again.
   *
   * @param of the secret that holds it; it marks who the user belongs to, where the vault made it
   * @param create whether the vault makes it when it is not there
   * @param grants what it may do when it is made
   */
  record StaticUser(String name, UUID of, boolean create, List<TargetGrant> grants) {}

  /** Whether who changes a password is still the one who may. */
  @FunctionalInterface
  interface Fence {
    /**
     * Looks when nothing but the change's coming into force is left to do, and nobody else can
     * change the same user any more, or whoever does has this change come to nothing.
     *
     * @throws TargetException when another one has taken it over
     */
    void requireHeld() throws TargetException;
  }

  /** One login. Not thread-safe. */
  interface Session extends AutoCloseable {
    /**
     * Whether the system itself lets nobody in any more after a credential's end. Where it does
     * not, a credential works until it is revoked.
     */
    default boolean endsCredentials() {
      return true;
    }

    /**
     * Checks, changing nothing, that this user can do what is asked of it here.
     *
     * @throws TargetException when it cannot, saying what it lacks
     */
    void requireRights() throws TargetException;

    /**
     * Gives this user another password, which never is in the clear in what the system may log or
     * show. When somebody else changes this user's password after {@code fence} was asked, and
     * before this change is in force, this one fails; when the fence throws, nothing was changed.
     */
    void changePassword(char[] next, Fence fence) throws TargetException;

    /**
     * Checks, changing nothing, that {@code user} is there, or is to be made, and is one whose
     * password may be changed: it is no administrator's and nobody else's.
     *
     * @throws TargetException of kind {@code REFUSED} when it is not, saying what is missing
     */
    void requireRotatable(StaticUser user) throws TargetException;

    /**
     * Gives {@code user}, which is checked as by {@link #requireRotatable}, this password, and
     * makes it when it is to be made. The password and the fence are as above.
     */
    void setPassword(StaticUser user, char[] password, Fence fence) throws TargetException;

    /** Makes {@code user} with all its grants, or nothing. The password is as above. */
    void create(NewUser user, char[] password) throws TargetException;

    /**
     * Has the system take {@code userName} until {@code expiresAt}.
     *
     * @throws TargetException of kind {@code REFUSED} when it knows of no such user any more
     */
    void renew(String userName, Instant expiresAt) throws TargetException;

    /**
     * Removes {@code userName}: no login any more, its sessions ended, nothing owned by it left.
     * One that is not there counts as removed. What was done stays done when a later step fails.
     */
    void revoke(String userName, OwnedObjects owned) throws TargetException;

    /**
     * Removes those of {@code names} that can go at once, as {@link #revoke} does: where several
     * cost little more than one. What was done stays done when a later step fails.
     *
     * @param names of the form that {@link UserNames} gives
     * @return whom it removed; every other one is to be given to {@link #revoke}
     */
    default Set<String> revokeTogether(List<String> names) throws TargetException {
      return Set.of();
    }

    @Override
    void close();
  }
}
