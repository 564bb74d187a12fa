//! Keys of the program's own: tokens that are bound to one (DPoP), and statements that one signs.

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use sdk_runtime::oauth2::{ClientAuth, OAuthClient, PrivateKey};
use sdk_runtime::store::MemoryStore;
use sdk_runtime::{Result, Url, api_client};
use serde::Deserialize;

use crate::browser::Browser;
use crate::world::{SCOPES, World};

#[derive(Debug, Deserialize)]
struct User {
    sub: String,
}

/// The API of the library, which checks each proof.
#[api_client]
trait UserInfo {
    #[get("/userinfo")]
    async fn user(&self) -> Result<User>;
}

fn info(world: &World, oauth: &OAuthClient) -> UserInfoClient {
    UserInfoClient::builder(world.url()).session(oauth.session()).build().unwrap()
}

/// RFC 9449, with a nonce of the server's in each proof. The key is stored with the login.
#[tokio::test]
#[ignore = "needs node"]
async fn a_bound_login_is_proved_at_both_endpoints_and_after_a_restart() {
    let world = World::new(60);
    let store = std::sync::Arc::new(MemoryStore::new());
    let program =
        || async { world.program("cli").await.scopes(SCOPES).dpop().store(store.clone()).build().unwrap() };
    let oauth = program().await;
    oauth.sign_in(&Browser::agreeing("ann")).await.unwrap();
    assert_eq!(world.count("code with a key").await, 1, "RFC 9449, 10");
    let user = info(&world, &oauth);
    assert_eq!(user.user().await.unwrap().sub, "ann");
    oauth.session().refresh().await.unwrap();
    assert_eq!(user.user().await.unwrap().sub, "ann", "with the token of the refresh");
    oauth.session().flush().await.unwrap();

    let later = program().await;
    later.session().resume().await.unwrap();
    later.session().refresh().await.unwrap();
    assert_eq!(info(&world, &later).user().await.unwrap().sub, "ann", "with the key of the store");
    assert_eq!((world.count("refresh_token").await, world.count("reused").await), (2, 0));
    assert!(world.count("use_dpop_nonce").await > 0, "nonces were asked for");
    later.sign_out().await.unwrap();
}

/// RFC 7523, 2.2.
#[tokio::test]
#[ignore = "needs node"]
async fn a_program_names_itself_by_a_statement_that_it_signs() {
    let world = World::new(60);
    for (id, algorithm) in [
        ("signer ES256", None),
        ("signer RS256", Some(Algorithm::RS256)),
        ("signer PS256", Some(Algorithm::PS256)),
    ] {
        let url = Url::parse_with_params(&format!("{}/control/key", world.url()), [("of", id)]).unwrap();
        let pem = reqwest::get(url).await.unwrap().text().await.unwrap();
        let key = match algorithm {
            None => PrivateKey::from_pem(&pem).unwrap().key_id("k1"),
            Some(algorithm) => {
                let key = EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap();
                PrivateKey::from_signer(move |statement| encode(&Header::new(algorithm), &statement, &key))
            }
        };
        let before = [world.count("POST /request 201").await, world.count("refresh_token").await];
        let signer = world.program(id).await.scopes(SCOPES).auth(ClientAuth::PrivateKeyJwt(key));
        let oauth = signer.build().unwrap();
        oauth.sign_in(&Browser::agreeing("ann")).await.unwrap();
        oauth.session().refresh().await.unwrap();
        assert_eq!(info(&world, &oauth).user().await.unwrap().sub, "ann");
        let after = [world.count("POST /request 201").await, world.count("refresh_token").await];
        assert_eq!(after, before.map(|count| count + 1), "{id}");
        oauth.sign_out().await.unwrap();
    }
    assert_eq!(world.count("POST /token/revocation 200").await, 3);

    let other = world.program("signer ES256").await.scopes(SCOPES).build().unwrap();
    assert!(other.sign_in(&Browser::agreeing("ann")).await.is_err(), "a secret is not accepted for it");
}
