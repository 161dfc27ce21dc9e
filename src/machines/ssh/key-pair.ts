export interface KeyPair {
  /** In the format of OpenSSH. A secret. */
  readonly privateKey: string
  /** One line of OpenSSH. */
  readonly publicKey: string
}

/** A new ed25519 pair, for one run or one machine. */
export async function newKeyPair(comment = 'chestnut'): Promise<KeyPair> {
  const { default: ssh2 } = await import('ssh2')
  for (;;) {
    const { private: privateKey, public: publicKey } = ssh2.utils.generateKeyPairSync('ed25519', { comment })
    // ssh2 1.17 drops a zero byte that a public key begins with: one pair of 256 is none, and another one is drawn.
    if (!(ssh2.utils.parseKey(privateKey) instanceof Error)) return { privateKey, publicKey }
  }
}
