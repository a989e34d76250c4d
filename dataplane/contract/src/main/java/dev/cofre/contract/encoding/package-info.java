/** How bytes are written as text and identifiers as bytes. */
package dev.cofre.contract.encoding;
