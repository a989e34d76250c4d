/**
 * Data keys: made ahead for encryption, unwrapped once and cached for decryption, bounded in time
 * and use, overwritten at their end (invariant I2).
 */
package dev.cofre.engine.keys;
