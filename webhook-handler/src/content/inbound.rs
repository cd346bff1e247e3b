//! What a worker sent. A sender needs no number; what is announced about attachments is passed on, not believed.

use shared::address::{Address, Channel, UserId};
use shared::limits::MAX_MEDIA_ITEMS;
use shared::message::{
    Button, InReplyTo, InboundMessage, Location, MediaReference, Provider, Recipient, Sender,
};

use super::{UnusableRequest, optional, required, sid};
use crate::parameters::Parameters;

/// Both names are in use for WhatsApp's business-scoped user id.
const USER_ID_NAMES: [&str; 2] = ["ExternalUserId", "ExternalUserIdentifier"];

/// Reads an inbound message.
pub(super) fn read(mut parameters: Parameters) -> Result<InboundMessage, UnusableRequest> {
    let given = &mut parameters;
    let message_id = sid::take(given)?;
    let from = sender(given)?;
    let to: Address = required(given, "To")?;
    Ok(InboundMessage {
        message_id,
        channel: Channel::Whatsapp,
        provider: Provider::Twilio,
        account_sid: given.take("AccountSid").unwrap_or_default(),
        from,
        to: Recipient {
            phone_number: to.phone_number(),
            address: to,
        },
        message_type: given.take("MessageType").unwrap_or_default(),
        text: given.take("Body").unwrap_or_default(),
        media: media(given),
        in_reply_to: in_reply_to(given),
        button: button(given),
        location: location(given),
        forwarded: flag(given, "Forwarded"),
        frequently_forwarded: flag(given, "FrequentlyForwarded"),
        other: parameters.into_other(),
    })
}

fn sender(given: &mut Parameters) -> Result<Sender, UnusableRequest> {
    let address: Address = required(given, "From")?;
    let announced: Option<UserId> = USER_ID_NAMES.into_iter().find_map(|name| optional(given, name));
    Ok(Sender {
        phone_number: address.phone_number(),
        user_id: announced.or_else(|| address.user_id()),
        address,
        wa_id: given.take("WaId"),
        profile_name: given.take("ProfileName"),
    })
}

/// The attachments that are there, whatever `NumMedia` says.
fn media(given: &mut Parameters) -> Vec<MediaReference> {
    let items = (0_u32..).take(MAX_MEDIA_ITEMS);
    items
        .filter_map(|index| {
            Some(MediaReference {
                index,
                url: given.take(&format!("MediaUrl{index}"))?,
                content_type: given
                    .take(&format!("MediaContentType{index}"))
                    .unwrap_or_default(),
            })
        })
        .collect()
}

fn in_reply_to(given: &mut Parameters) -> Option<InReplyTo> {
    Some(InReplyTo {
        message_id: given.take("OriginalRepliedMessageSid")?,
        sender: given.take("OriginalRepliedMessageSender").unwrap_or_default(),
    })
}

fn button(given: &mut Parameters) -> Option<Button> {
    let (text, payload) = (given.take("ButtonText"), given.take("ButtonPayload"));
    (text.is_some() || payload.is_some()).then(|| Button {
        text: text.unwrap_or_default(),
        payload: payload.unwrap_or_default(),
    })
}

/// A place on Earth; anything else stays with the other parameters.
fn location(given: &mut Parameters) -> Option<Location> {
    let degrees = |name: &str, most: f64| {
        let degrees: f64 = given.get(name)?.trim().parse().ok()?;
        // A range contains neither an infinity nor NaN.
        (-most..=most).contains(&degrees).then_some(degrees)
    };
    let (latitude, longitude) = (degrees("Latitude", 90.0)?, degrees("Longitude", 180.0)?);
    given.take("Latitude");
    given.take("Longitude");
    Some(Location {
        latitude,
        longitude,
        address: given.take("Address"),
        label: given.take("Label"),
    })
}

fn flag(given: &mut Parameters, name: &str) -> bool {
    let said = given.take(name);
    said.is_some_and(|text| text.eq_ignore_ascii_case("true") || text == "1")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SID: &str = "SM0123456789abcdef0123456789abcdef";

    fn given(pairs: &[(&str, &str)]) -> Parameters {
        let mut parameters = Parameters::default();
        let least = [("MessageSid", SID), ("To", "whatsapp:+61491570110")];
        for (name, value) in least.iter().chain(pairs) {
            parameters.add((*name).to_owned(), (*value).to_owned());
        }
        parameters
    }

    fn message(pairs: &[(&str, &str)]) -> InboundMessage {
        let mut pairs = pairs.to_vec();
        pairs.push(("From", "whatsapp:+61491570156"));
        read(given(&pairs)).unwrap()
    }

    #[test]
    fn a_sender_with_a_number_may_have_a_user_id_too() {
        for name in USER_ID_NAMES {
            let sender = message(&[(name, "AU.13491208655302741918")]).from;
            assert_eq!(sender.phone_number.unwrap().as_str(), "+61491570156");
            assert_eq!(sender.user_id.unwrap().as_str(), "AU.13491208655302741918");
        }
    }

    #[test]
    fn a_sender_without_a_number_has_the_user_id_of_the_address() {
        let sender = read(given(&[("From", "whatsapp:US.13491208655302741918")]))
            .unwrap()
            .from;
        assert_eq!(sender.phone_number, None);
        assert_eq!(sender.user_id.unwrap().as_str(), "US.13491208655302741918");
        assert_eq!(sender.address.as_str(), "whatsapp:US.13491208655302741918");
    }

    #[test]
    fn a_user_id_of_another_shape_is_kept_as_it_came() {
        let message = message(&[("ExternalUserId", "opaque-77")]);
        assert_eq!(message.from.user_id, None);
        assert_eq!(message.other["ExternalUserId"], ["opaque-77"]);
    }

    #[test]
    fn without_an_address_there_is_no_message() {
        assert_eq!(read(given(&[])), Err(UnusableRequest::Missing("From")));
        assert_eq!(
            read(given(&[("From", "whatsapp:")])),
            Err(UnusableRequest::Invalid("From"))
        );
        let long = format!("whatsapp:+{}", "1".repeat(256));
        assert_eq!(
            read(given(&[("From", &long)])),
            Err(UnusableRequest::Invalid("From"))
        );
    }

    #[test]
    fn attachments_are_those_that_are_there() {
        let found = message(&[
            ("NumMedia", "5"),
            ("MediaUrl0", "https://a"),
            ("MediaContentType0", "audio/ogg"),
            ("MediaUrl2", "https://c"),
            ("MediaContentType7", "image/png"),
        ]);
        let indices: Vec<u32> = found.media.iter().map(|item| item.index).collect();
        assert_eq!(indices, [0, 2]);
        assert_eq!(found.media[1].content_type, "");
        assert_eq!(found.other["MediaContentType7"], ["image/png"]);
    }

    #[test]
    fn more_attachments_than_a_message_has_are_kept_aside() {
        let names: Vec<String> = (0..12).map(|index| format!("MediaUrl{index}")).collect();
        let pairs: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "https://x")).collect();
        let found = message(&pairs);
        assert_eq!(found.media.len(), MAX_MEDIA_ITEMS);
        assert!(found.other.contains_key("MediaUrl10") && found.other.contains_key("MediaUrl11"));
    }

    #[test]
    fn a_place_that_is_none_is_kept_as_it_came() {
        let place = message(&[
            ("Latitude", "-37.81"),
            ("Longitude", "144.96"),
            ("Label", "Depot"),
        ])
        .location;
        let place = place.unwrap();
        assert_eq!((place.latitude, place.longitude), (-37.81, 144.96));
        assert_eq!(place.label.as_deref(), Some("Depot"));
        for (latitude, longitude) in [
            ("91", "0"),
            ("NaN", "0"),
            ("0", "inf"),
            ("0", "180.1"),
            ("north", "0"),
        ] {
            let message = message(&[("Latitude", latitude), ("Longitude", longitude)]);
            assert_eq!(message.location, None);
            assert_eq!(message.other["Latitude"], [latitude]);
            assert_eq!(message.other["Longitude"], [longitude]);
        }
    }

    #[test]
    fn a_tapped_button_and_a_quoted_message_are_read() {
        let message = message(&[
            ("ButtonPayload", "yes"),
            ("OriginalRepliedMessageSid", "SM9"),
            ("Forwarded", "true"),
            ("FrequentlyForwarded", "false"),
        ]);
        assert_eq!(message.button.unwrap().payload, "yes");
        assert_eq!(message.in_reply_to.unwrap().message_id, "SM9");
        assert!(message.forwarded && !message.frequently_forwarded);
    }
}
