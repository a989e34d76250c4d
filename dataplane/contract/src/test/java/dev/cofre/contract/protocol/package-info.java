/** docs/PROTOCOL.md says what the code does. */
package dev.cofre.contract.protocol;
