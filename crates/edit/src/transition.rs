//! Transitions: which one an automatic choice comes to, and the filters that show each.

use crate::fit::Size;
use crate::plan::Style;
use eightcount_domain::{FrameRate, SubjectBox, Transition};

/// Up to this distance of the two subjects (centres and heights, in fractions of the canvas) a plain cut looks like
/// one movement.
const TOGETHER: f32 = 0.05;
/// Up to this distance a cut is better for being aligned.
const CLOSE: f32 = 0.11;
/// Where this share of what both boxes cover is covered by both, a dissolve looks like one dancer becoming the other; with
/// less it shows two.
const OVERLAPPING: f32 = 0.5;
/// How long a flash takes to fade, seconds.
const FLASH_S: f64 = 0.2;
/// The format of every picture that no transition works on.
const PLAIN: &str = "format=yuv420p";
/// Frames before the beat in which a flash flares up.
const FLARE_FRAMES: u64 = 2;

/// Are two subjects, as they are seen at a cut, too far apart to be brought together?
pub(crate) fn are_apart(seen: (SubjectBox, SubjectBox)) -> bool {
    distance(seen.0, seen.1) > CLOSE
}

/// What a wished transition comes to, given where the outgoing and the incoming subject are seen at the cut.
/// Automatic without knowing where they are: a dissolve. Dancers who hardly overlap would be seen double in a dissolve:
/// that is a cut then.
pub(crate) fn style(wished: Transition, seen: Option<(SubjectBox, SubjectBox)>) -> Style {
    match wished {
        Transition::Dissolve if seen.is_some_and(|(a, b)| !overlap(a, b)) => Style::Cut,
        Transition::Dissolve => Style::Dissolve,
        Transition::Cut => Style::Cut,
        Transition::Whip => Style::Whip,
        Transition::Flash => Style::Flash,
        Transition::Auto => match seen {
            Some((a, b)) if distance(a, b) <= TOGETHER => Style::Cut,
            Some((a, b)) if !overlap(a, b) => Style::Whip,
            _ => Style::Dissolve,
        },
    }
}

/// How far two subjects are apart: the distance of their centres and the difference of their heights, in fractions
/// of the canvas.
fn distance(a: SubjectBox, b: SubjectBox) -> f32 {
    let centre = |s: SubjectBox| (s.centre_x, f32::midpoint(s.top, s.bottom));
    let ((ax, ay), (bx, by)) = (centre(a), centre(b));
    (ax - bx).hypot(ay - by) + ((a.bottom - a.top) - (b.bottom - b.top)).abs()
}

/// Do two subjects cover about the same part of the picture?
fn overlap(a: SubjectBox, b: SubjectBox) -> bool {
    let across = |s: SubjectBox| (s.centre_x - s.width / 2.0, s.centre_x + s.width / 2.0);
    let down = |s: SubjectBox| (s.top, s.bottom);
    let shared = |a: (f32, f32), b: (f32, f32)| (a.1.min(b.1) - a.0.max(b.0)).max(0.0);
    let area = |s: SubjectBox| s.width * (s.bottom - s.top);
    let both = shared(across(a), across(b)) * shared(down(a), down(b));
    both >= OVERLAPPING * (area(a) + area(b) - both)
}

/// From `[out]`, which has `frames_out` frames, to `[in]`, which begins at the same time.
pub(crate) fn filters(style: Style, frames_out: u64, fps: FrameRate, canvas: Size) -> String {
    match style {
        Style::Dissolve => format!(
            "[in]split[a][b];[a]trim=end_frame={frames_out},{PLAIN}[early];[b]{},{PLAIN}[late];\
             [out][early]{},{PLAIN}[mixed];[mixed][late]{}",
            after(frames_out),
            dissolve(frames_out, fps),
            joined(fps),
        ),
        Style::Cut => format!("[in]{}[late];[out][late]{}", after(frames_out), joined(fps)),
        Style::Flash => {
            let fade = (FLASH_S * f64::from(fps.get())).round();
            let flare = frames_out.saturating_sub(FLARE_FRAMES);
            format!(
                "[out]eq=brightness='0.2*(n-{flare}+1)':eval=frame:enable='gte(n,{flare})'[flare];\
                 [in]{},eq=brightness='0.7*pow(1-n/{fade},2)':eval=frame:enable='lt(n,{fade})'[late];\
                 [flare][late]{}",
                after(frames_out),
                joined(fps),
            )
        }
        Style::Whip => whip(frames_out, fps, canvas),
    }
}

/// A dissolve over the first frames: frame `j` of `d` shows the incoming picture at weight `(j + 1/2) / d`, so
/// that the middle of the change is the boundary between two frames which the beat was rounded to.
fn dissolve(frames: u64, fps: FrameRate) -> String {
    let second = f64::from(fps.get());
    format!("xfade=transition=fade:duration={:.6}:offset={:.6}", frames as f64 / second, -0.5 / second)
}

/// The two pictures side by side, and a window that races from one to the other, slow at both ends and fastest on
/// the beat. The speed blurs: by box filters, wider in the middle half.
fn whip(frames: u64, fps: FrameRate, Size { width, height }: Size) -> String {
    let u = format!("((n+0.5)/{frames})");
    let swept = format!("if(lt({u},0.5),4*pow({u},3),1-pow(2-2*{u},3)/2)");
    let (first, last) = (frames / 4, frames - 1 - frames / 4);
    let (soft, strong) = (width / 48, width / 16);
    format!(
        "[in]split[a][b];[a]trim=end_frame={frames}[early];[b]{}[late];\
         [out][early]hstack,crop={width}:{height}:'{width}*{swept}':0:exact=1,\
         avgblur=sizeX={soft}:sizeY=1,avgblur=sizeX={strong}:sizeY=1:enable='between(n,{first},{last})'[swept];\
         [swept][late]{}",
        after(frames),
        joined(fps),
    )
}

/// What comes after the first frames, from time 0.
fn after(frames: u64) -> String {
    format!("trim=start_frame={frames},setpts=PTS-STARTPTS")
}

fn joined(fps: FrameRate) -> String {
    format!("concat=n=2:v=1:a=0,fps={}", fps.get())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(centre_x: f32, height: f32) -> SubjectBox {
        SubjectBox { centre_x, top: 0.5 - height / 2.0, bottom: 0.5 + height / 2.0, width: 0.2 }
    }

    #[test]
    fn automatic_is_by_distance() {
        let auto = |a, b| style(Transition::Auto, Some((a, b)));
        assert_eq!(auto(at(0.5, 0.7), at(0.52, 0.7)), Style::Cut);
        assert_eq!(auto(at(0.5, 0.7), at(0.56, 0.68)), Style::Dissolve);
        assert_eq!(auto(at(0.3, 0.7), at(0.6, 0.7)), Style::Whip);
        assert_eq!(auto(at(0.5, 0.9), at(0.5, 0.4)), Style::Whip);
        // As far apart as above, but both are as slim as that.
        let slim = |x| SubjectBox { width: 0.1, ..at(x, 0.7) };
        assert_eq!(auto(slim(0.5), slim(0.58)), Style::Whip);
        assert_eq!(style(Transition::Auto, None), Style::Dissolve);
        assert_eq!(style(Transition::Dissolve, Some((at(0.5, 0.7), at(0.56, 0.68)))), Style::Dissolve);
        assert_eq!(style(Transition::Dissolve, Some((at(0.3, 0.7), at(0.6, 0.7)))), Style::Cut);
        assert_eq!(style(Transition::Flash, Some((at(0.5, 0.7), at(0.5, 0.7)))), Style::Flash);
    }
}
