/** AES on blocks, for the derivation of request keys. */
package dev.cofre.engine.aes;
