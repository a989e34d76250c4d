/**
 * Encryption in the caller's own process with data keys that the service handed out: {@link
 * dev.cofre.client.local.LocalCipher}.
 */
package dev.cofre.client.local;
